// A text field with suggestions below it.

import { h } from "../core/dom.js";
import { Listbox } from "./listbox.js";
import { openPopup } from "./popup.js";

/**
 * Give a text field suggestions: arrows move, Enter and Tab take, Escape closes them, as does Enter where none is active.
 *
 * @param {HTMLInputElement} input gets role "combobox".
 * @param {object} settings
 * @param {string} settings.label the suggestions' name.
 * @param {(text: string) => import("./listbox.js").Option[] | Promise<import("./listbox.js").Option[] | null>}
 *   settings.load finds them; null when they are stale already; a rejection's message is shown.
 * @param {(option: import("./listbox.js").Option) => void} settings.onpick
 * @param {string} settings.empty what is said when there are none.
 * @param {() => any} [settings.current] the value there is; its suggestion is the active one.
 * @param {boolean} [settings.first] whether the first suggestion is active at once.
 * @param {Element} [settings.anchor] what they hang on; the field itself by default.
 * @returns {{close: () => void, opened: () => boolean}}
 */
export function combobox(input, { label, load, onpick, empty, current = () => undefined, first = true, anchor = input }) {
  let popup = null;
  let touched = false;
  const note = h("p.popup-note", { role: "status", hidden: true });
  const list = new Listbox({ label, onpick: take });
  const element = h(".suggestions", {}, list.element, note);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";

  function take(option) {
    close();
    onpick(option);
  }

  function say(text) {
    note.textContent = text;
    note.hidden = !text;
    list.element.hidden = Boolean(text);
  }

  async function show() {
    if (!popup) {
      popup = openPopup(anchor, element, { onclose: closed, wide: true, owner: input });
      list.heldBy(input);
      input.setAttribute("aria-expanded", "true");
      touched = false;
      list.show([]);
    }
    try {
      const found = load(input.value);
      const options = found instanceof Promise ? await found : found;
      if (options === null || !popup) return;
      const at = options.findIndex((option) => option.value === current());
      list.show(options, at < 0 && !first ? -1 : Math.max(0, at));
      say(options.length ? "" : empty);
    } catch (error) {
      list.show([]);
      say(error.message);
    }
    popup?.place();
  }

  function closed() {
    popup = null;
    list.release();
    input.setAttribute("aria-expanded", "false");
  }

  function close() {
    popup?.close();
  }

  input.addEventListener("input", () => {
    show();
    touched = true;
  });
  input.addEventListener("focus", show);
  input.addEventListener("click", () => popup || show());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (!popup) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        show();
      }
      return;
    }
    if (list.key(event)) {
      touched = true;
      return;
    }
    // Whoever only passes through by Tab has chosen nothing.
    const takes = event.key === "Enter" || (event.key === "Tab" && touched);
    if (!takes || event.shiftKey || event.ctrlKey || event.metaKey) return;
    const taken = list.active;
    if (!taken) {
      // Enter beside an open list means the list, not the whole form: it is done with, and the next Enter sends.
      if (event.key !== "Enter" || list.options.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    // Enter takes what is suggested and nothing more; Tab takes it and goes on.
    if (event.key === "Enter") event.preventDefault();
    event.stopPropagation();
    take(taken);
  });
  return { close, opened: () => popup !== null, saysWaiting: (text) => popup && list.options.length === 0 && say(text) };
}
