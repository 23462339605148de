// A list that stays at its end while one is there, and is left alone while one reads further up.

const NEAR = 48; // pixels

/** Dispatches "change" when the end is reached or left. */
export class Scroller extends EventTarget {
  /**
   * @param {HTMLElement} box what scrolls.
   * @param {HTMLElement} content what grows in it.
   */
  constructor(box, content) {
    super();
    this.box = box;
    this.atEnd = true;
    box.addEventListener("scroll", () => this.#look(), { passive: true });
    // Pictures that come late, lines that wrap anew and a composer that grows all move the end.
    const sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
    sizes.observe(content);
    sizes.observe(box);
  }

  /** Go to the end, and stay there. */
  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.#set(true);
  }

  #look() {
    this.#set(this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR);
  }

  #set(atEnd) {
    if (this.atEnd === atEnd) return;
    this.atEnd = atEnd;
    this.dispatchEvent(new Event("change"));
  }
}
