// Discord's markdown as elements. Nothing a person writes is ever read as HTML: the trees of the parser are built node
// by node.

import { h } from "../core/dom.js";
import { parseBlocks } from "./markdown_blocks.js";
import { parseInline } from "./markdown_inline.js";
import { timestamp } from "./timestamps.js";
import { words } from "../words.js";

const WRAPPED = { bold: "strong", italic: "em", underline: "u", strike: "s" };

/**
 * Where mentions find their names, and where links of channels lead.
 *
 * @typedef {object} Names
 * @property {Object<string, string>} [users] display names by id.
 * @property {Object<string, string>} [roles]
 * @property {Object<string, string>} [channels]
 * @property {string} [me] the id of the person one is.
 */

/**
 * Show a text as Discord would.
 *
 * @param {string} text Discord's markdown.
 * @param {Names} [names]
 * @returns {HTMLElement} a `.markdown`.
 */
export function markdown(text, names = {}) {
  return h(
    ".markdown",
    {},
    parseBlocks(text).map((block) => blockElement(block, names)),
  );
}

/** Show a text of one paragraph: emphasis, links and mentions, but no headings, lists or quotes. */
export function inlineMarkdown(text, names = {}) {
  return h("span.markdown-inline", {}, inlineNodes(parseInline(text), names));
}

/**
 * Say a text without its signs, for previews and for screen readers; spoilers stay hidden.
 *
 * @param {string} text Discord's markdown.
 * @param {Names} [names]
 * @returns {string} one line.
 */
export function plainText(text, names = {}) {
  return parseBlocks(text)
    .map((block) => plainBlock(block, names))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

function blockElement(block, names) {
  switch (block.kind) {
    case "heading":
      // All of one rank for assistive technology: people skip ranks, and a message should not upset the page's outline.
      return h(
        "p.md-heading",
        { role: "heading", "aria-level": 3, class: `level-${block.level}` },
        inlineNodes(block.children, names),
      );
    case "small":
      return h("p.md-small", {}, inlineNodes(block.children, names));
    case "quote":
      return h(
        "blockquote",
        {},
        block.blocks.map((inner) => blockElement(inner, names)),
      );
    case "code":
      return codeBlock(block);
    case "list":
      return listElement(block, names);
    default:
      return h("p", {}, inlineNodes(block.children, names));
  }
}

function listElement({ ordered, start, items }, names) {
  const children = items.map((item) =>
    h(
      "li",
      {},
      inlineNodes(item.children, names),
      item.lists.map((list) => listElement(list, names)),
    ),
  );
  return ordered ? h("ol", { start: start === 1 ? null : start }, children) : h("ul", {}, children);
}

function codeBlock({ language, text }) {
  // It scrolls where its lines are long, which the keyboard can do too.
  const code = h("code", {}, text);
  return h("pre", { tabindex: 0, "aria-label": language || null, role: language ? "group" : null }, code);
}

function inlineNodes(children, names) {
  return children.map((child) => (typeof child === "string" ? child : inlineNode(child, names)));
}

function inlineNode(node, names) {
  if (node.kind in WRAPPED) return h(WRAPPED[node.kind], {}, inlineNodes(node.children, names));
  switch (node.kind) {
    case "spoiler":
      return spoiler(node, names);
    case "code":
      return h("code", {}, node.text);
    case "link":
      return link(node.url, inlineNodes(node.children, names));
    case "url":
      return link(node.url, node.text);
    case "channel":
      return channelMention(node.id, names);
    case "time":
      return timestamp(node.seconds, node.style) ?? node.source;
    case "emoji":
      return h("span.md-emoji", {}, `:${node.name}:`);
    default:
      return h("span.mention", { class: node.id && node.id === names.me ? "me" : null }, plainInline(node, names));
  }
}

function link(url, children) {
  const host = new URL(url, location.origin).host;
  const title = host === location.host ? null : host;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title }, children);
}

function channelMention(id, names) {
  const name = names.channels?.[id];
  return name
    ? h("a.mention", { href: `#/channels/${id}` }, `#${name}`)
    : h("span.mention", {}, `#${words.unknownChannel}`);
}

function spoiler(node, names) {
  // Not a <button>: that is a box, and would not break across lines. What it hides is text alone until then, so that
  // nothing in it can be focused unseen.
  const hidden = h(
    "span.spoiler",
    { role: "button", tabindex: 0, "aria-label": words.spoiler, onclick: reveal, onkeydown: onKey },
    h(
      "span",
      { "aria-hidden": "true" },
      node.children.map((child) => plainInline(child, names, true)),
    ),
  );
  function onKey(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    reveal();
  }
  function reveal() {
    const shown = h("span.spoiler.revealed", { tabindex: -1 }, inlineNodes(node.children, names));
    hidden.replaceWith(shown);
    shown.focus({ preventScroll: true });
  }
  return hidden;
}

function plainBlock(block, names) {
  if (block.kind === "code") return block.text;
  if (block.kind === "quote") return block.blocks.map((inner) => plainBlock(inner, names)).join(" ");
  if (block.kind === "list") {
    return block.items
      .map((item) =>
        [plainChildren(item.children, names), ...item.lists.map((list) => plainBlock(list, names))].join(" "),
      )
      .join(" ");
  }
  return plainChildren(block.children, names);
}

function plainChildren(children, names, revealed = false) {
  return children.map((child) => plainInline(child, names, revealed)).join("");
}

function plainInline(node, names, revealed = false) {
  if (typeof node === "string") return node;
  switch (node.kind) {
    case "spoiler":
      return revealed ? plainChildren(node.children, names, true) : words.spoilerMark;
    case "code":
    case "url":
    case "everyone":
      return node.text;
    case "user":
      return `@${names.users?.[node.id] ?? words.unknownUser}`;
    case "role":
      return `@${names.roles?.[node.id] ?? words.unknownRole}`;
    case "channel":
      return `#${names.channels?.[node.id] ?? words.unknownChannel}`;
    case "command":
      return `/${node.name}`;
    case "emoji":
      return `:${node.name}:`;
    case "time":
      return timestamp(node.seconds, node.style)?.textContent ?? node.source;
    default:
      return plainChildren(node.children, names, revealed);
  }
}
