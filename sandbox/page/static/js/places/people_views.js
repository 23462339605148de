// How people are shown: by name, and by their initials on a colour of their own.

import { h } from "../core/dom.js";
import { words } from "../words.js";

/**
 * Find how a message's author is called here.
 *
 * @param {object} app
 * @param {{id: string, username?: string, global_name?: string | null}} user Discord's user object.
 * @returns {string}
 */
export function nameOf(app, user) {
  return app.store.get(`person:${user.id}`)?.display_name || user.global_name || user.username || words.unknownUser;
}

/**
 * Draw a person's picture: the sandbox has none, so initials stand for it.
 *
 * @param {string} name gives the initials and the colour, which so stays the same when the sandbox is begun anew.
 * @param {string} [size] "small" for the one within a line.
 * @returns {HTMLElement} hidden from assistive technology; the name stands beside it.
 */
export function avatar(name, size = "") {
  const element = h("span.avatar", { "aria-hidden": "true", class: size }, initials(name));
  element.style.setProperty("--hue", String(hue(name)));
  return element;
}

function initials(name) {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts[parts.length - 1]] : parts;
  return letters.map((part) => [...part][0].toLocaleUpperCase()).join("");
}

function hue(name) {
  // Names may differ in their last letter only; the golden angle sets them far apart.
  let sum = 0;
  for (const letter of name) sum = (sum * 53 + letter.codePointAt(0)) % 9973;
  return Math.round((sum * 137.508) % 360);
}
