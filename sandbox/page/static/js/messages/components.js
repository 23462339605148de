// Buttons and select menus of messages: https://discord.com/developers/docs/components/reference

import { chooseInSelect, pressButton } from "../deeds/component_actions.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { safeUrl } from "../markdown/markdown_urls.js";
import { words } from "../words.js";

export const TYPE = {
  row: 1,
  button: 2,
  stringSelect: 3,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
};
const SELECTS = new Set([
  TYPE.stringSelect,
  TYPE.userSelect,
  TYPE.roleSelect,
  TYPE.mentionableSelect,
  TYPE.channelSelect,
]);
const LINK = 5;
const PREMIUM = 6;
const STYLES = { 1: "primary", 3: "success", 4: "danger" };

/**
 * Show a row of buttons, or a select menu.
 *
 * @param {object} app
 * @param {object} message the one it belongs to.
 * @param {object} row Discord's action row.
 * @param {Set<string>} busy custom ids whose interaction waits for the bot.
 * @returns {HTMLElement}
 */
export function actionRow(app, message, row, busy) {
  return h(
    ".action-row",
    {},
    (row.components ?? []).map((item) => control(app, message, item, busy)),
  );
}

/** Show one button or select menu; parameters as for `actionRow`. */
export function control(app, message, component, busy) {
  if (component.type === TYPE.button) return button(app, message, component, busy);
  if (SELECTS.has(component.type)) return select(app, message, component, busy);
  return h("p.unsupported", {}, words.unsupported);
}

function button(app, message, component, busy) {
  const label = [emojiOf(component.emoji), component.label && h("span", {}, component.label)];
  if (component.style === LINK) return linkButton(component, label);
  return h(
    "button.button.component",
    {
      type: "button",
      class: STYLES[component.style] ?? "",
      disabled: Boolean(component.disabled) || component.style === PREMIUM,
      dataset: { customId: component.custom_id ?? "" },
      "aria-busy": busy.has(component.custom_id) ? "true" : null,
      onclick: () => pressButton(app, message, component),
    },
    label,
  );
}

function linkButton(component, label) {
  const url = safeUrl(component.url ?? "");
  // A link cannot be disabled; without its address it is none.
  if (!url || component.disabled)
    return h("button.button.component", { type: "button", disabled: true }, label, icon("out"));
  const host = new URL(url, location.origin).host;
  const props = { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: words.opensSite(host) };
  return h("a.button.component", props, label, icon("out"));
}

function select(app, message, component, busy) {
  const chosen = (component.options ?? []).filter((option) => option.default).map((option) => option.label);
  const text = chosen.length ? chosen.join(", ") : component.placeholder || words.choose;
  return h(
    "button.select.component",
    {
      type: "button",
      class: chosen.length ? "" : "unchosen",
      disabled: Boolean(component.disabled),
      dataset: { customId: component.custom_id },
      "aria-haspopup": "listbox",
      "aria-busy": busy.has(component.custom_id) ? "true" : null,
      onclick: () => chooseInSelect(app, message, component),
    },
    h("span", {}, text),
    icon("chevron"),
  );
}

function emojiOf(emoji) {
  if (!emoji?.name) return null;
  return h("span.component-emoji", {}, emoji.id ? `:${emoji.name}:` : emoji.name);
}
