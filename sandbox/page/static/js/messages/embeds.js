// Embeds: https://discord.com/developers/docs/resources/message#embed-object

import { h } from "../core/dom.js";
import { inlineMarkdown, markdown } from "../markdown/markdown.js";
import { safeUrl } from "../markdown/markdown_urls.js";
import { picture } from "./media.js";
import { moment } from "../markdown/timestamps.js";

const IMAGE = [400, 300];
const THUMBNAIL = [80, 80];
const PER_ROW = 3;

/**
 * Show an embed.
 *
 * @param {object} embed Discord's embed object.
 * @param {import("../markdown/markdown.js").Names} names
 * @returns {HTMLElement}
 */
export function embedView(embed, names) {
  const text = h(
    ".embed-text",
    {},
    embed.author?.name && h(".embed-author", {}, linked(embed.author.url, embed.author.name)),
    embed.title && h(".embed-title", {}, linked(embed.url, inlineMarkdown(embed.title, names))),
    embed.description && h(".embed-description", {}, markdown(embed.description, names)),
    fields(embed.fields ?? [], names),
  );
  const element = h(
    ".embed",
    {},
    h(".embed-main", {}, text, embed.thumbnail && media(embed.thumbnail, THUMBNAIL, "embed-thumbnail")),
    embed.image && media(embed.image, IMAGE, "embed-image"),
    footer(embed),
  );
  if (typeof embed.color === "number") element.style.setProperty("--bar", hex(embed.color));
  return element;
}

/** @returns {string} a colour of Discord's, a number, as CSS has it. */
export function hex(number) {
  return `#${(number & 0xffffff).toString(16).padStart(6, "0")}`;
}

function fields(all, names) {
  if (!all.length) return null;
  return h(
    ".embed-fields",
    {},
    rows(all).map((row) => row.map((field) => fieldView(field, row.length, names))),
  );
}

function fieldView({ name, value }, inRow, names) {
  // A blank name is how a long value goes on; Discord wants one, and a zero-width space is what bots give it.
  const blank = !name || /^[\s\u200b]*$/.test(name);
  return h(
    ".embed-field",
    { class: `in-${inRow}` },
    blank ? null : h(".embed-field-name", {}, inlineMarkdown(name, names)),
    h(".embed-field-value", {}, markdown(value ?? "", names)),
  );
}

/** Divide fields into the rows Discord gives them: up to three inline ones side by side. */
function rows(all) {
  const found = [];
  for (const field of all) {
    const last = found[found.length - 1];
    if (field.inline && last?.[0].inline && last.length < PER_ROW) last.push(field);
    else found.push([field]);
  }
  return found;
}

function footer({ footer: foot, timestamp }) {
  if (!foot?.text && !timestamp) return null;
  return h(
    ".embed-footer",
    {},
    foot?.text && h("span", {}, foot.text),
    foot?.text && timestamp ? h("span", { "aria-hidden": "true" }, " · ") : null,
    timestamp && moment(timestamp),
  );
}

function media(item, within, className) {
  const url = item.url ?? item.proxy_url;
  const pictures = [{ url, alt: item.description ?? "", name: nameIn(url), width: item.width, height: item.height }];
  return h(".embed-media", { class: className }, picture(pictures, 0, { within }));
}

function nameIn(url) {
  const path = URL.canParse(url, location.origin) ? new URL(url, location.origin).pathname : "";
  return path.slice(path.lastIndexOf("/") + 1);
}

function linked(url, children) {
  const safe = url && safeUrl(url);
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer nofollow" }, children) : children;
}
