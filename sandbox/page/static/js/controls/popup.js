// Something that floats beside what it belongs to: suggestions, menus, pickers.

const GAP = 6;
const MARGIN = 8;

// The innermost is the last one: it alone hears Escape.
const open = [];

/**
 * Show an element beside an anchor, above everything else, until it is closed by its owner, by Escape, by a press
 * outside, or because the focus goes elsewhere.
 *
 * @param {HTMLElement | {getBoundingClientRect: () => DOMRect}} anchor an element, or a mere place.
 * @param {HTMLElement} element
 * @param {object} [options]
 * @param {(reason: "escape" | "outside" | "owner") => void} [options.onclose]
 * @param {"below" | "above"} [options.side] where it goes when there is room on both sides.
 * @param {boolean} [options.wide] whether it is at least as wide as its anchor.
 * @param {Element} [options.owner] where the page asks from; whoever is in a dialog can only use what is in it too.
 * @returns {{close: () => void, place: () => void}}
 */
export function openPopup(anchor, element, { onclose, side = "below", wide = false, owner } = {}) {
  const from = owner ?? (anchor instanceof Element ? anchor : document.activeElement);
  const parent = from?.closest("dialog") ?? from?.closest("main, aside, nav") ?? document.body;
  element.classList.add("popup");
  element.setAttribute("popover", "manual");
  parent.append(element);
  element.showPopover();

  const place = () => position(anchor, element, side, wide);
  const sizes = new ResizeObserver(place);
  const holds = (node) =>
    element.contains(node) || (anchor instanceof Element && anchor.contains(node)) || heldByLater(entry, node);
  const outside = (event) => {
    if (!holds(event.target)) close("outside");
  };
  const entry = { element, escape: () => close("escape") };

  function close(reason) {
    const index = open.indexOf(entry);
    if (index < 0) return;
    open.splice(index, 1);
    sizes.disconnect();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("focusin", outside, true);
    window.removeEventListener("scroll", place, true);
    window.removeEventListener("resize", place);
    element.remove();
    onclose?.(reason);
  }

  open.push(entry);
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("focusin", outside, true);
  window.addEventListener("scroll", place, true);
  window.addEventListener("resize", place);
  sizes.observe(element);
  place();
  return { close: () => close("owner"), place };
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || open.length === 0 || event.isComposing) return;
    // The dialog, the drawer or the form around it would close as well.
    event.preventDefault();
    event.stopImmediatePropagation();
    open.at(-1).escape();
  },
  true,
);

function heldByLater(entry, node) {
  const index = open.indexOf(entry);
  return open.slice(index + 1).some((later) => later.element.contains(node));
}

function position(anchor, element, side, wide) {
  if (anchor instanceof Element && !anchor.isConnected) return;
  const rect = anchor.getBoundingClientRect();
  if (wide) element.style.minWidth = `${Math.min(rect.width, window.innerWidth - 2 * MARGIN)}px`;
  const above = rect.top - GAP - MARGIN;
  const below = window.innerHeight - rect.bottom - GAP - MARGIN;
  element.style.maxHeight = "";
  const height = element.scrollHeight;
  const upward = side === "above" ? above >= height || above >= below : below < height && above > below;
  element.style.maxHeight = `${Math.max(120, upward ? above : below)}px`;
  const box = element.getBoundingClientRect();
  const left = Math.min(rect.left, window.innerWidth - box.width - MARGIN);
  const top = upward ? rect.top - GAP - box.height : rect.bottom + GAP;
  element.style.left = `${Math.max(MARGIN, left)}px`;
  element.style.top = `${Math.max(MARGIN, Math.min(top, window.innerHeight - box.height - MARGIN))}px`;
}
