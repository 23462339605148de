// A menu of deeds: role "menu", arrows, typing the first letter, Enter, Escape.

import { h } from "../core/dom.js";
import { icon } from "./deed_icons.js";
import { returnFocus } from "./focus.js";
import { freshId } from "../core/ids.js";
import { openPopup } from "./popup.js";

/**
 * @typedef {object} Deed
 * @property {string} label
 * @property {string} [icon]
 * @property {boolean} [danger]
 * @property {() => void} run
 */

/**
 * Open a menu.
 *
 * @param {HTMLElement | {getBoundingClientRect: () => DOMRect}} anchor
 * @param {object} settings
 * @param {string} settings.label
 * @param {Array<{label?: string, deeds: Deed[]}>} settings.groups empty ones are left out.
 * @param {HTMLElement | null} [settings.returnTo] what gets the focus when it is left without a deed.
 */
export function openMenu(anchor, { label, groups, returnTo = anchor instanceof HTMLElement ? anchor : null }) {
  const filled = groups.filter((group) => group.deeds.length > 0);
  const element = h(".menu", { role: "menu", "aria-label": label, tabindex: -1 }, filled.map(grouped));
  const items = [...element.querySelectorAll("[role=menuitem]")];
  const deeds = filled.flatMap((group) => group.deeds);
  const popup = openPopup(anchor, element, {
    onclose(reason) {
      if (anchor instanceof HTMLElement) anchor.setAttribute("aria-expanded", "false");
      if (reason !== "outside") returnFocus(returnTo);
    },
  });
  if (anchor instanceof HTMLElement) anchor.setAttribute("aria-expanded", "true");

  for (const [index, item] of items.entries()) {
    item.addEventListener("click", () => {
      popup.close();
      deeds[index].run();
    });
    item.addEventListener("pointermove", () => item.focus({ preventScroll: true }));
  }
  element.addEventListener("contextmenu", (event) => event.preventDefault());
  element.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const to = target(event.key, at, items);
    if (event.key === "Tab") popup.close();
    if (to === null && event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    items[to]?.focus();
  });
  items[0]?.focus();
}

function grouped({ label, deeds }) {
  const id = label && freshId("group");
  return h(
    ".menu-group",
    { role: "group", "aria-labelledby": id || null },
    label && h(".menu-heading", { id, role: "presentation" }, label),
    deeds.map((deed) =>
      h(
        "button.menu-item",
        { type: "button", role: "menuitem", tabindex: -1, class: deed.danger ? "danger" : "" },
        deed.icon && icon(deed.icon),
        h("span", {}, deed.label),
      ),
    ),
  );
}

function target(key, at, items) {
  const count = items.length;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key.length !== 1 || key === " ") return null;
  const letter = key.toLowerCase();
  const order = [...items.keys()].map((offset) => (at + 1 + offset) % count);
  return order.find((index) => items[index].textContent.trim().toLowerCase().startsWith(letter)) ?? null;
}
