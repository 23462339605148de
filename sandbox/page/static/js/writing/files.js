// Files on their way: chosen, dropped or pasted, uploaded at once, shown as chips.

import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { Refused } from "../core/connection.js";
import { words } from "../words_of_deeds.js";

// The server forgets what was not sent for a quarter of an hour.
const FRESH = 10 * 60 * 1000;

/** A chosen file: it is uploaded as soon as it is made, and `element` shows how that goes. */
export class ChosenFile {
  #app;
  #onchange;
  #preview = null;
  #uploadedAt = 0;

  /**
   * @param {object} app
   * @param {File} file
   * @param {object} [settings]
   * @param {string} [settings.caption] what stands above its name.
   * @param {() => void} [settings.onremove]
   * @param {() => void} [settings.onchange] called when the upload has ended.
   */
  constructor(app, file, { caption = "", onremove = () => {}, onchange = () => {} } = {}) {
    this.#app = app;
    this.#onchange = onchange;
    this.file = file;
    this.name = file.name || "image.png";
    this.id = null;
    this.refusal = "";
    this.note = h("span.chip-note");
    this.element = h(
      ".chip",
      { role: "listitem" },
      this.#picture(),
      h(
        "span.chip-words",
        {},
        caption && h("span.chip-caption", {}, caption),
        h("span.chip-name", { title: this.name }, this.name),
        this.note,
      ),
      h(
        "button.icon-button.chip-remove",
        { type: "button", "aria-label": words.removeFile(this.name), onclick: onremove },
        icon("close"),
      ),
    );
    this.upload();
  }

  /** Hand the file over, unless that was done a short time ago. */
  upload() {
    if (this.id !== null && Date.now() - this.#uploadedAt < FRESH) return;
    this.id = null;
    const limit = this.#app.store.get("me")?.upload_limit ?? Infinity;
    if (this.file.size > limit) {
      // As Discord's client does: what would be refused is not sent in the first place.
      this.#show(words.fileTooLarge(this.name, limit), false);
      this.done = Promise.resolve();
      return;
    }
    this.#show("", true);
    this.done = this.#app.connection.upload(this.file).then(
      ({ id }) => {
        this.id = id;
        this.#uploadedAt = Date.now();
        this.#show("", false);
      },
      (error) => {
        if (!(error instanceof Refused)) throw error;
        this.#show(error.message, false);
      },
    );
  }

  /** Let go of the picture. */
  forget() {
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.element.remove();
  }

  #show(refusal, busy) {
    this.refusal = refusal;
    this.element.classList.toggle("refused", Boolean(refusal));
    this.element.setAttribute("aria-busy", String(busy));
    this.note.textContent = refusal || (busy ? words.uploading : words.size(this.file.size));
    if (refusal) this.note.setAttribute("role", "alert");
    else this.note.removeAttribute("role");
    if (!busy) this.#onchange();
  }

  #picture() {
    if (!this.file.type.startsWith("image/")) return h("span.chip-picture", {}, icon("file"));
    this.#preview = URL.createObjectURL(this.file);
    const frame = h("span.chip-picture");
    const image = h("img", { alt: "", src: this.#preview });
    // Formats that browsers do not draw, such as TIFF.
    image.addEventListener("error", () => frame.replaceChildren(icon("file")));
    frame.append(image);
    return frame;
  }
}

/** A row of chosen files. */
export class FileTray {
  #app;
  #most;
  #onchange;

  /**
   * @param {object} app
   * @param {object} settings
   * @param {string} settings.label
   * @param {number} settings.most
   * @param {() => void} [settings.onchange]
   * @param {(sentence: string) => void} [settings.onrefuse] told when more are added than fit.
   */
  constructor(app, { label, most, onchange = () => {}, onrefuse = (text) => app.notices.tell(text, "refused") }) {
    this.#app = app;
    this.#most = most;
    this.#onchange = onchange;
    this.onrefuse = onrefuse;
    this.chosen = [];
    this.element = h(".chips", { role: "list", "aria-label": label, hidden: true });
  }

  /** Add files, in their order, as far as there is room. */
  add(files) {
    const room = this.#most - this.chosen.length;
    for (const file of [...files].slice(0, room)) {
      const item = new ChosenFile(this.#app, file, {
        onremove: () => this.remove(item),
        onchange: () => this.#onchange(),
      });
      this.chosen.push(item);
      this.element.append(item.element);
    }
    if (files.length > room) this.onrefuse(words.filesLeftOut(this.#most));
    this.#changed();
  }

  /** Take one away; the focus goes to its neighbour. */
  remove(item) {
    const index = this.chosen.indexOf(item);
    this.chosen.splice(index, 1);
    item.forget();
    this.chosen[Math.min(index, this.chosen.length - 1)]?.element.querySelector("button").focus();
    this.#changed();
  }

  /** Give all of them up, and return them. */
  take() {
    const taken = this.chosen;
    this.chosen = [];
    for (const item of taken) item.element.remove();
    this.#changed();
    return taken;
  }

  /** Put files back that were taken. */
  restore(taken) {
    this.chosen.unshift(...taken);
    this.element.prepend(...taken.map((item) => item.element));
    this.#changed();
  }

  #changed() {
    this.element.hidden = this.chosen.length === 0;
    this.#onchange();
  }
}

/**
 * Wait for uploads.
 *
 * @param {ChosenFile[]} chosen
 * @returns {Promise<string[]>} their ids.
 * @throws {Refused} when one of them cannot be sent.
 */
export async function uploaded(chosen) {
  for (const item of chosen) if (!item.refusal && item.id !== null) item.upload();
  await Promise.all(chosen.map((item) => item.done));
  const bad = chosen.find((item) => item.id === null);
  if (bad) throw new Refused(words.fileRefused(bad.name));
  return chosen.map((item) => item.id);
}

/**
 * Make a button that asks for files.
 *
 * @param {{label: string, text?: string, several?: boolean, onfiles: (files: File[]) => void}} settings
 * @returns {HTMLElement}
 */
export function fileButton({ label, text = "", several = true, onfiles }) {
  const input = h("input", { type: "file", multiple: several, hidden: true, tabindex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    if (input.files.length) onfiles([...input.files]);
    // The same file can be chosen again.
    input.value = "";
  });
  const button = h(
    text ? "button.button.quiet.file-button" : "button.icon-button.file-button",
    { type: "button", "aria-label": text === label ? null : label, onclick: () => input.click() },
    icon(text ? "clip" : "plus"),
    text,
  );
  return h("span.file-chooser", {}, button, input);
}
