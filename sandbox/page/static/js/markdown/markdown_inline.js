// Discord's markdown within a paragraph, as a tree: one pass over the text, linear in its length whatever stands there.
//
// Each kind of emphasis can be open once at a time, since bold within bold is no bolder. So nothing nests deeper than
// there are kinds, and finding the beginning of what ends here takes no search.
// Source: https://support.discord.com/hc/en-us/articles/210298617 and
// https://discord.com/developers/docs/reference#message-formatting

import { LONGEST_URL, bareUrlAt, safeUrl, targetAt } from "./markdown_urls.js";

const SPECIAL = /[\\`*_~|<[\]@]|https?:\/\//g;
const ESCAPABLE = /[^\sA-Za-z0-9]/;
const WORD = /[\p{L}\p{N}_]/u;
const ANGLE = new RegExp(
  [
    String.raw`<@!?(?<user>\d{1,20})>`,
    String.raw`<@&(?<role>\d{1,20})>`,
    String.raw`<#(?<channel>\d{1,20})>`,
    String.raw`<t:(?<time>-?\d{1,17})(?::(?<style>[tTdDfFsSR]))?>`,
    String.raw`<a?:(?<emoji>\w{2,32}):\d{1,20}>`,
    String.raw`</(?<command>[^<>:\n]{1,100}):\d{1,20}>`,
    String.raw`<(?<url>https?://[^\s<>]{1,${LONGEST_URL}})>`,
  ].join("|"),
  "y",
);
const EVERYONE = /@(everyone|here)(?![A-Za-z0-9_])/y;
const KINDS = { "*": "italic", _: "italic", "**": "bold", __: "underline", "~~": "strike", "||": "spoiler" };

/**
 * Parse a piece of text.
 *
 * @param {string} text
 * @returns {Array<string | object>} text and nodes: {kind: "bold" | "italic" | "underline" | "strike" | "spoiler",
 *   children}, {kind: "link", url, children}, {kind: "url", url}, {kind: "code", text}, {kind: "user" | "role" |
 *   "channel", id}, {kind: "everyone", text}, {kind: "command", name}, {kind: "emoji", name},
 *   {kind: "time", seconds, style}.
 */
export function parseInline(text) {
  return new Inline(text).parse();
}

class Inline {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.tokens = [];
    this.open = new Map();
    this.brackets = [];
    this.lastLink = -1;
    this.codeRuns = null;
  }

  parse() {
    for (;;) {
      SPECIAL.lastIndex = this.at;
      const found = SPECIAL.exec(this.text);
      const until = found ? found.index : this.text.length;
      if (until > this.at) this.say(this.text.slice(this.at, until));
      if (!found) return this.tree();
      this.at = until;
      this.special(found[0][0]);
    }
  }

  special(sign) {
    if (sign === "\\") this.escape();
    else if (sign === "`") this.code();
    else if (sign === "*" || sign === "_") this.emphasis(sign);
    else if (sign === "~" || sign === "|") this.pair(sign);
    else if (sign === "<") this.angle();
    else if (sign === "[") this.brackets.push(this.mark("["));
    else if (sign === "]") this.bracket();
    else if (sign === "@") this.everyone();
    else this.bareUrl();
  }

  say(text) {
    this.tokens.push({ text });
    return this.tokens.length - 1;
  }

  mark(text) {
    this.at += text.length;
    return this.say(text);
  }

  node(node, length) {
    this.at += length;
    this.tokens.push({ node });
  }

  escape() {
    const next = this.text[this.at + 1];
    const escaped = next !== undefined && ESCAPABLE.test(next);
    this.say(escaped ? next : "\\");
    this.at += escaped ? 2 : 1;
  }

  code() {
    const length = runLength(this.text, this.at, "`");
    const begin = this.at + length;
    const end = this.nextCodeRun(length, begin);
    if (end < 0) this.mark("`".repeat(length));
    else this.node({ kind: "code", text: trimCode(this.text.slice(begin, end)) }, end + length - this.at);
  }

  nextCodeRun(length, from) {
    if (!this.codeRuns) {
      this.codeRuns = new Map();
      for (const { index, 0: run } of this.text.matchAll(/`+/g)) {
        if (!this.codeRuns.has(run.length)) this.codeRuns.set(run.length, { starts: [], next: 0 });
        this.codeRuns.get(run.length).starts.push(index);
      }
    }
    const runs = this.codeRuns.get(length);
    if (!runs) return -1;
    // The reading only goes forward, so each beginning is passed over once.
    while (runs.next < runs.starts.length && runs.starts[runs.next] < from) runs.next += 1;
    return runs.starts[runs.next] ?? -1;
  }

  emphasis(sign) {
    const length = runLength(this.text, this.at, sign);
    if (length > 3) {
      this.mark(sign.repeat(length));
      return;
    }
    const before = this.text[this.at - 1] ?? " ";
    const after = this.text[this.at + length] ?? " ";
    const closes = sign === "*" ? !/\s/.test(before) : !WORD.test(after);
    const opens = sign === "*" ? !/\s/.test(after) : !WORD.test(before);
    for (const part of this.split(sign, length, closes)) this.delimiter(part, opens, part.length === 2 || closes);
  }

  /** Decide how a run of asterisks or underscores divides: what was opened last has to be closed first. */
  split(sign, length, closes) {
    const double = sign + sign;
    if (length < 3) return [sign.repeat(length)];
    const single = closes ? (this.open.get(sign) ?? -1) : -1;
    return single > (this.open.get(double) ?? -1) ? [sign, double] : [double, sign];
  }

  pair(sign) {
    const double = sign + sign;
    if (this.text.startsWith(double, this.at)) this.delimiter(double, true, true);
    else this.mark(sign);
  }

  delimiter(text, opens, closes) {
    const begin = this.open.get(text);
    const end = this.mark(text);
    if (begin !== undefined && closes && end > begin + 1) {
      this.close(begin, end, { kind: KINDS[text] });
      this.open.delete(text);
    } else if (opens && !(begin !== undefined && end === begin + 1)) {
      this.open.set(text, end);
    }
  }

  close(begin, end, node) {
    this.tokens[begin].opens = node;
    this.tokens[end].closes = true;
    // What was opened in between and has not ended cannot end outside.
    for (const [text, index] of this.open) if (index > begin) this.open.delete(text);
    while (this.brackets.length && this.brackets[this.brackets.length - 1] > begin) this.brackets.pop();
  }

  angle() {
    ANGLE.lastIndex = this.at;
    const found = ANGLE.exec(this.text);
    if (!found) {
      this.mark("<");
      return;
    }
    const { user, role, channel, time, style, emoji, command, url } = found.groups;
    const length = found[0].length;
    if (user) this.node({ kind: "user", id: user }, length);
    else if (role) this.node({ kind: "role", id: role }, length);
    else if (channel) this.node({ kind: "channel", id: channel }, length);
    else if (time) this.node({ kind: "time", seconds: Number(time), style: style ?? "f", source: found[0] }, length);
    else if (emoji) this.node({ kind: "emoji", name: emoji }, length);
    else if (command) this.node({ kind: "command", name: command }, length);
    else this.link(url, length);
  }

  bracket() {
    const begin = this.brackets.pop();
    const end = this.mark("]");
    if (begin === undefined || begin + 1 === end) return;
    // A link whose words are another address would lie about where it leads; Discord shows such as they are written.
    if (this.lastLink > begin) return;
    const target = targetAt(this.text, this.at);
    if (!target) return;
    this.at += target.length;
    this.close(begin, end, { kind: "link", url: target.url });
    this.lastLink = end;
  }

  everyone() {
    EVERYONE.lastIndex = this.at;
    const found = EVERYONE.exec(this.text);
    if (found) this.node({ kind: "everyone", text: found[0] }, found[0].length);
    else this.mark("@");
  }

  bareUrl() {
    const written = bareUrlAt(this.text, this.at);
    if (written) this.link(written, written.length);
    else this.mark(this.text.slice(this.at, this.at + 4));
  }

  link(written, length) {
    const url = safeUrl(written);
    if (!url) {
      this.mark(this.text.slice(this.at, this.at + length));
      return;
    }
    this.lastLink = this.tokens.length;
    this.node({ kind: "url", url, text: written }, length);
  }

  tree() {
    const root = [];
    const frames = [root];
    for (const token of this.tokens) {
      const children = frames[frames.length - 1];
      if (token.opens) {
        const node = { ...token.opens, children: [] };
        children.push(node);
        frames.push(node.children);
      } else if (token.closes) frames.pop();
      else if (token.node) children.push(token.node);
      else if (typeof children[children.length - 1] === "string") children[children.length - 1] += token.text;
      else children.push(token.text);
    }
    return root;
  }
}

function runLength(text, at, sign) {
  let end = at;
  while (text[end] === sign) end += 1;
  return end - at;
}

function trimCode(text) {
  // The space that sets a backtick at the edge apart from the signs around it is not part of the code.
  return text.replace(/^ (?=`)/, "").replace(/(?<=`) $/, "");
}
