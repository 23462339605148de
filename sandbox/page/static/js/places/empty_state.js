// Friendly words where there is nothing to show.

import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";

/**
 * @param {string} sign the icon's name.
 * @param {string} title
 * @param {string} text
 * @returns {HTMLElement}
 */
export function emptyState(sign, title, text) {
  return h(".empty-state", {}, h(".empty-sign", {}, icon(sign)), h("h2", {}, title), h("p", {}, text));
}
