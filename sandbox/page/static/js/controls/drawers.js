// The two side columns: beside the channel where there is room, drawers over it where there is not.

import { h } from "../core/dom.js";

/**
 * A column that becomes a drawer under a width.
 *
 * @typedef {object} Side
 * @property {HTMLElement} element
 * @property {HTMLElement} opener the button in the channel's header.
 * @property {HTMLElement} closer the button within.
 * @property {string} narrow the media query under which it is a drawer.
 * @property {string} [key] where the browser remembers that it was folded away on a wide screen.
 */

/**
 * Let side columns open and close. An open drawer keeps the focus: everything else is inert meanwhile.
 *
 * @param {HTMLElement} shell what holds the columns and the channel.
 * @param {Side[]} sides
 */
export function drawers(shell, sides) {
  const scrim = h(".scrim", { hidden: true, onclick: () => closeDrawer() });
  shell.append(scrim);
  let open = null;

  function isDrawer(side) {
    return matchMedia(side.narrow).matches;
  }

  function show() {
    if (open && !isDrawer(open)) open = null;
    for (const side of sides) {
      const drawer = isDrawer(side);
      const shown = drawer ? open === side : !folded(side);
      side.element.classList.toggle("drawer", drawer);
      side.element.classList.toggle("is-open", shown);
      side.element.inert = !shown;
      side.opener.setAttribute("aria-expanded", String(shown));
      side.opener.hidden = !drawer && !side.key;
      side.closer.hidden = !drawer;
      shell.classList.toggle(`without-${side.element.id}`, !drawer && !shown);
    }
    for (const child of shell.children) {
      if (!sides.some((side) => side.element === child) && child !== scrim) child.inert = open !== null;
      else if (open && child !== open.element && child !== scrim) child.inert = true;
    }
    scrim.hidden = open === null;
  }

  function toggle(side) {
    if (!isDrawer(side)) {
      localStorage.setItem(side.key, folded(side) ? "open" : "folded");
      show();
      return;
    }
    open = side;
    show();
    side.closer.focus();
  }

  function closeDrawer() {
    if (!open) return;
    const { opener } = open;
    open = null;
    show();
    opener.focus();
  }

  function folded(side) {
    return Boolean(side.key) && localStorage.getItem(side.key) === "folded";
  }

  for (const side of sides) {
    side.opener.setAttribute("aria-controls", side.element.id);
    side.opener.addEventListener("click", () => toggle(side));
    side.closer.addEventListener("click", closeDrawer);
    matchMedia(side.narrow).addEventListener("change", show);
  }
  // Not in the capture phase: a menu or dialog within the drawer hears Escape first, and keeps it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) closeDrawer();
  });
  // Who has chosen a channel wants to see it.
  window.addEventListener("hashchange", () => {
    if (open?.element.id === "channels") closeDrawer();
  });
  show();
}
