// Discord's markdown by lines, as a tree: headings, small print, lists, quotes, blocks of code, and what is between.

import { parseInline } from "./markdown_inline.js";

const HEADING = /^(#{1,3}) +(\S.*)$/;
const SMALL = /^-# +(\S.*)$/;
const ITEM = /^( {0,20})([-*]|\d{1,9}\.) +(\S.*)$/;
const CONTINUED = /^ {2,20}(\S.*)$/;
const LANGUAGE = /^([A-Za-z0-9_+\-.#]{1,40})\n/;
const FENCE = "```";
const DEEPEST_LIST = 8;

/**
 * Parse a text.
 *
 * @param {string} text
 * @returns {object[]} blocks: {kind: "paragraph" | "small", children}, {kind: "heading", level, children},
 *   {kind: "quote", blocks}, {kind: "code", language, text}, {kind: "list", ordered, start, items: [{children, lists}]};
 *   children as `parseInline` gives them.
 */
export function parseBlocks(text) {
  return new Blocks(text.replace(/\r\n?/g, "\n"), true).parse();
}

class Blocks {
  constructor(text, mayQuote) {
    this.text = text;
    this.mayQuote = mayQuote;
    this.at = 0;
    this.blocks = [];
    this.plain = [];
    this.fence = -1;
  }

  parse() {
    while (this.at < this.text.length) {
      const line = this.line();
      if (!(this.quote(line) || this.single(line) || this.list(line) || this.code(line))) {
        this.plain.push(line);
        this.pass(line);
      }
    }
    this.flush();
    return this.blocks;
  }

  line(at = this.at) {
    const end = this.text.indexOf("\n", at);
    return this.text.slice(at, end < 0 ? this.text.length : end);
  }

  pass(line) {
    this.at += line.length + 1;
  }

  flush() {
    const text = this.plain.join("\n").replace(/^\n+/, "").trimEnd();
    this.plain = [];
    if (text.trim()) this.blocks.push({ kind: "paragraph", children: parseInline(text) });
  }

  add(block) {
    this.flush();
    this.blocks.push(block);
  }

  quote(line) {
    if (!this.mayQuote) return false;
    if (line.startsWith(">>> ")) {
      const rest = this.text.slice(this.at + 4);
      this.add({ kind: "quote", blocks: new Blocks(rest, false).parse() });
      this.at = this.text.length;
      return true;
    }
    const quoted = [];
    for (let next = line; next.startsWith("> ") && this.at < this.text.length; next = this.line()) {
      quoted.push(next.slice(2));
      this.pass(next);
    }
    if (quoted.length) this.add({ kind: "quote", blocks: new Blocks(quoted.join("\n"), false).parse() });
    return quoted.length > 0;
  }

  single(line) {
    const heading = HEADING.exec(line);
    const small = heading ? null : SMALL.exec(line);
    if (heading) this.add({ kind: "heading", level: heading[1].length, children: parseInline(heading[2]) });
    if (small) this.add({ kind: "small", children: parseInline(small[1]) });
    if (heading || small) this.pass(line);
    return Boolean(heading || small);
  }

  list(line) {
    const items = [];
    for (let next = line; this.at < this.text.length; next = this.line()) {
      const item = ITEM.exec(next);
      const continued = item || !items.length ? null : CONTINUED.exec(next);
      if (item) items.push({ indent: item[1].length, sign: item[2], text: item[3] });
      else if (continued) items[items.length - 1].text += `\n${continued[1]}`;
      else break;
      this.pass(next);
    }
    if (!items.length) return false;
    this.flush();
    for (const list of nest(items)) this.blocks.push(list);
    return true;
  }

  code(line) {
    const end = this.at + line.length;
    if (this.fence < this.at) this.fence = this.findFence(this.at);
    if (this.fence >= end) return false;
    const close = this.text.indexOf(FENCE, this.fence + FENCE.length);
    if (close < 0) {
      // There is no other fence to come, so none is looked for again.
      this.fence = Infinity;
      return false;
    }
    let body = this.text.slice(this.fence + FENCE.length, close);
    const language = LANGUAGE.exec(body)?.[1] ?? "";
    body = body
      .slice(language ? language.length + 1 : 0)
      .replace(/^\n+/, "")
      .trimEnd();
    if (!body) return false;
    if (this.fence > this.at) this.plain.push(this.text.slice(this.at, this.fence));
    this.add({ kind: "code", language, text: body });
    this.at = close + FENCE.length;
    if (this.text[this.at] === "\n") this.at += 1;
    return true;
  }

  findFence(from) {
    let found = this.text.indexOf(FENCE, from);
    while (found > 0 && this.text[found - 1] === "\\") found = this.text.indexOf(FENCE, found + FENCE.length);
    return found < 0 ? Infinity : found;
  }
}

function nest(items) {
  const lists = [];
  const stack = [];
  for (const { indent, sign, text } of items) {
    const ordered = sign !== "-" && sign !== "*";
    while (stack.length && stack[stack.length - 1].indent > indent) stack.pop();
    let top = stack[stack.length - 1];
    if (!top || (indent >= top.indent + 2 && stack.length < DEEPEST_LIST)) {
      const home = top ? top.list.items[top.list.items.length - 1].lists : lists;
      top = { indent, list: newList(ordered, sign), home };
      home.push(top.list);
      stack.push(top);
    } else if (top.list.ordered !== ordered) {
      top.list = newList(ordered, sign);
      top.home.push(top.list);
    }
    top.list.items.push({ children: parseInline(text), lists: [] });
  }
  return lists;
}

function newList(ordered, sign) {
  return { kind: "list", ordered, start: ordered ? Number.parseInt(sign, 10) : 1, items: [] };
}
