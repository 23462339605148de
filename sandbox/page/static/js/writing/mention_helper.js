// People and apps to mention, offered while one types "@…".

import { h } from "../core/dom.js";
import { Listbox } from "../controls/listbox.js";
import { entities } from "../controls/picker.js";
import { openPopup } from "../controls/popup.js";
import { words } from "../words_of_deeds.js";

// A word of the text that begins with "@", up to the caret; an address of e-mail has something before its "@".
const TYPED = /(?:^|\s)@([^\s@<>]{0,32})$/;

/**
 * Offer whom to mention; what is taken is put in as Discord's own notation, `<@id>`.
 *
 * @param {object} app
 * @param {HTMLTextAreaElement} area
 * @param {{anchor: Element}} settings what the list hangs on.
 * @returns {{key: (event: KeyboardEvent) => boolean, close: () => void}}
 */
export function mentionHelper(app, area, { anchor }) {
  let popup = null;
  const list = new Listbox({ label: words.people, onpick: take });
  const element = h(".suggestions", {}, list.element);

  function typed() {
    if (area.selectionStart !== area.selectionEnd) return null;
    return TYPED.exec(area.value.slice(0, area.selectionStart))?.[1] ?? null;
  }

  function take(option) {
    const text = typed() ?? "";
    close();
    const end = area.selectionStart;
    area.setRangeText(`<@${option.value}> `, end - text.length - 1, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }

  function look() {
    const text = typed();
    const found = text === null ? [] : entities(app, "user", { text }).slice(0, 10);
    if (found.length === 0) return close();
    if (!popup) {
      popup = openPopup(anchor, element, { side: "above", owner: area, onclose: closed });
      list.heldBy(area);
    }
    list.show(found);
    popup.place();
  }

  function closed() {
    popup = null;
    list.release();
  }

  function close() {
    popup?.close();
  }

  area.addEventListener("input", look);
  area.addEventListener("click", () => popup && look());
  area.addEventListener("blur", close);
  return {
    close,
    key(event) {
      if (!popup) return false;
      if (list.key(event)) return true;
      if (!["Enter", "Tab"].includes(event.key) || event.shiftKey || !list.active) return false;
      event.preventDefault();
      take(list.active);
      return true;
    },
  };
}
