// The slash commands that are offered while one types "/…".

import { h } from "../core/dom.js";
import { invocations } from "./command_checks.js";
import { Listbox } from "../controls/listbox.js";
import { openPopup } from "../controls/popup.js";
import { words } from "../words_of_deeds.js";

const BEGINS = /^\/([\p{L}\p{N}_\- ]*)$/u;
const SLASH = 1;

/**
 * Offer the commands of the shown channel above a text area in which "/" was typed.
 *
 * @param {object} app
 * @param {HTMLTextAreaElement} area
 * @param {object} settings
 * @param {Element} settings.anchor what the list hangs on.
 * @param {() => string} settings.channel the id of the channel.
 * @param {(invocation: object) => void} settings.onpick told which of `invocations` was chosen.
 * @returns {{key: (event: KeyboardEvent) => boolean, close: () => void}}
 */
export function commandPalette(app, area, { anchor, channel, onpick }) {
  let popup = null;
  const list = new Listbox({ label: words.commands, onpick: (option) => pick(option.value) });
  const none = h("p.popup-note", { role: "status" }, words.noCommands);
  const element = h(".suggestions.palette", {}, list.element, none);

  function offered() {
    const ids = app.store.get(`channel:${channel()}`)?.commands ?? [];
    const commands = ids.map((id) => app.store.get(`command:${id}`)).filter((item) => item && (item.type ?? SLASH) === SLASH);
    return invocations(commands).sort((one, other) => one.title.localeCompare(other.title));
  }

  function pick(invocation) {
    close();
    onpick(invocation);
  }

  function look() {
    const typed = BEGINS.exec(area.value)?.[1].toLowerCase();
    const all = typed === undefined ? [] : offered();
    const exact = typed?.endsWith(" ") && all.find((item) => item.title === typed.trimEnd());
    if (exact) return pick(exact);
    // In a text that begins with "/" but is no command, nothing is said; only a lone word might still become one.
    const found = all.filter((item) => item.title.startsWith(typed)).concat(all.filter((item) => within(item, typed)));
    if (typed === undefined || all.length === 0 || (found.length === 0 && typed.includes(" "))) return close();
    if (!popup) {
      popup = openPopup(anchor, element, { side: "above", wide: true, owner: area, onclose: closed });
      list.heldBy(area);
    }
    list.show(found.map((item) => ({ value: item, label: `/${item.title}`, description: item.description })));
    list.element.hidden = found.length === 0;
    none.hidden = found.length > 0;
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
  area.addEventListener("focus", look);
  area.addEventListener("blur", close);
  return {
    close,
    key(event) {
      if (!popup) return false;
      if (list.key(event)) return true;
      if (!["Enter", "Tab"].includes(event.key) || event.shiftKey || !list.active) return false;
      event.preventDefault();
      pick(list.active.value);
      return true;
    },
  };
}

function within(item, typed) {
  return typed !== "" && !item.title.startsWith(typed) && item.title.includes(typed.trim());
}
