// Pictures: only the sandbox's own are loaded; every other address is named, and left alone.

import { h } from "../core/dom.js";
import { openLightbox } from "./lightbox.js";
import { words } from "../words.js";

/**
 * A picture that can be shown and enlarged.
 *
 * @typedef {object} Picture
 * @property {string} url
 * @property {string} [name] the file's name.
 * @property {string} [alt] what it shows.
 * @property {number} [width] pixels.
 * @property {number} [height] pixels.
 * @property {number} [size] bytes.
 * @property {boolean} [spoiler]
 */

/** @returns {boolean} whether an address leads to this page's own server. */
export function isOurs(url) {
  return Boolean(url) && URL.canParse(url, location.origin) && new URL(url, location.origin).origin === location.origin;
}

/**
 * Show a picture as a button that enlarges it.
 *
 * @param {Picture[]} pictures those one can leaf through once it is enlarged.
 * @param {number} index the one that is shown.
 * @param {object} [settings]
 * @param {string} [settings.class]
 * @param {[number, number]} [settings.within] the largest width and height it is shown at, whole; without it the
 *   place decides, and what does not fit is cropped.
 * @returns {HTMLElement} a button, or for a picture elsewhere a link that names the host.
 */
export function picture(pictures, index, { class: className = "", within } = {}) {
  const item = pictures[index];
  if (!isOurs(item.url)) return foreign(item.url);
  const [width, height] = displaySize(item, within);
  const image = h("img", {
    src: item.url,
    alt: item.alt || item.name || "",
    width,
    height,
    loading: "lazy",
    decoding: "async",
    onerror: () => button.replaceChildren(h("span.picture-broken", {}, words.brokenPicture)),
  });
  const badge = item.alt ? h("span.alt-badge", { "aria-hidden": "true", title: item.alt }, words.alt) : null;
  const button = h("button.picture", { type: "button", class: className, title: words.enlarge }, image, badge);
  button.addEventListener("click", () => openLightbox(pictures, index));
  return item.spoiler ? covered(button) : button;
}

/** @returns {HTMLElement} a link that says where it leads. */
export function foreign(url, say = words.pictureAt) {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return h("span.foreign", {}, say("?"));
  return h("a.foreign", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, say(new URL(url).host));
}

function covered(button) {
  button.inert = true;
  const cover = h("button.cover", { type: "button", "aria-label": words.spoiler }, words.spoilerPicture);
  const element = h("span.covered", {}, button, cover);
  cover.addEventListener("click", () => {
    button.inert = false;
    cover.remove();
    element.classList.remove("covered");
    element.classList.add("uncovered");
    button.focus({ preventScroll: true });
  });
  return element;
}

function displaySize({ width, height }, within) {
  if (!width || !height) return [null, null];
  if (!within) return [width, height];
  // The attributes reserve the room before the picture has come, so nothing below it jumps.
  const scale = Math.min(1, within[0] / width, within[1] / height);
  return [Math.round(width * scale), Math.round(height * scale)];
}
