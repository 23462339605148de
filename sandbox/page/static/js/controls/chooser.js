// The choices of a select menu, opened from what shows its value.

import { h } from "../core/dom.js";
import { returnFocus } from "./focus.js";
import { Listbox } from "./listbox.js";
import { openPopup } from "./popup.js";
import { words } from "../words_of_deeds.js";

/**
 * Let a person choose one thing or several.
 *
 * With one to choose, the first pick is the answer. With several, they are ticked, and the answer is given by "Done",
 * Ctrl+Enter, or by leaving with enough chosen; Escape leaves everything as it was.
 *
 * @param {object} settings
 * @param {HTMLElement} settings.anchor what the choices hang on; it gets the focus back.
 * @param {string} settings.label
 * @param {(text: string) => import("./listbox.js").Option[]} settings.options
 * @param {boolean} settings.search whether one can type to find.
 * @param {import("./listbox.js").Option[]} settings.chosen
 * @param {number} settings.min fewest.
 * @param {number} settings.max most.
 * @returns {Promise<import("./listbox.js").Option[] | null>} null when nothing was changed.
 */
export function openChooser({ anchor, label, options, search, chosen, min, max }) {
  const multiple = max > 1;
  let picked = [...chosen];
  const before = JSON.stringify(values(picked));
  let result = null;
  const list = new Listbox({ label, multiple, onpick: pick, isChosen: (option) => has(picked, option) });
  const input = search && h("input.chooser-search", { type: "text", "aria-label": words.find, placeholder: words.find });
  const none = h("p.popup-note", { role: "status", hidden: true }, words.nothingFound);
  const count = h("span.chooser-count", { role: "status" });
  const done = multiple && h("button.button.primary.small", { type: "button", onclick: finish }, words.done);
  const foot = multiple && h(".chooser-foot", {}, count, done);
  const role = search || multiple ? "dialog" : null;
  const element = h(".chooser", { role, "aria-label": role && label }, input, list.element, none, foot);
  const holder = input || list.element;

  function show(active) {
    const found = options(input ? input.value : "");
    const full = multiple && picked.length >= max;
    list.show(
      found.map((option) => ({ ...option, disabled: full && !has(picked, option) })),
      active,
    );
    list.element.hidden = found.length === 0;
    none.hidden = found.length > 0;
    if (multiple) {
      count.textContent = words.chosenOf(picked.length, min, max);
      done.disabled = picked.length < min;
    }
  }

  function pick(option) {
    if (!multiple) {
      const again = min === 0 && has(picked, option);
      picked = again ? [] : [option];
      finish();
      return;
    }
    const index = list.options.findIndex((item) => item.value === option.value);
    picked = has(picked, option) ? picked.filter((item) => item.value !== option.value) : [...picked, option];
    show(index);
  }

  function finish() {
    if (picked.length < min) return;
    result = picked;
    popup.close();
  }

  const { promise, resolve } = withResolvers();
  const popup = openPopup(anchor, element, {
    onclose(reason) {
      const changed = JSON.stringify(values(picked)) !== before;
      if (reason === "outside" && multiple && changed && picked.length >= min) result = picked;
      anchor.setAttribute("aria-expanded", "false");
      if (reason !== "outside") returnFocus(anchor);
      resolve(result);
    },
    wide: anchor.offsetWidth > 200,
  });

  element.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
    else if (list.key(event, { ends: !search })) return;
    else if (event.target !== holder || !(event.key === "Enter" || (event.key === " " && !search))) return;
    else if (list.active) pick(list.active);
    event.preventDefault();
  });
  input?.addEventListener?.("input", () => show(0));
  if (input) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-autocomplete", "list");
  } else {
    list.element.tabIndex = 0;
  }
  list.heldBy(holder);
  anchor.setAttribute("aria-expanded", "true");
  show(Math.max(0, options("").findIndex((option) => has(picked, option))));
  popup.place();
  holder.focus();
  return promise;
}

function has(picked, option) {
  return picked.some((item) => item.value === option.value);
}

function values(picked) {
  return picked.map((item) => item.value).sort();
}

// Promise.withResolvers is younger than some browsers still in use.
function withResolvers() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}
