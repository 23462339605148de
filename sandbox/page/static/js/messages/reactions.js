// The reactions under a message: each a switch of one's own.

import { h } from "../core/dom.js";
import { tellRefusal } from "../controls/notices.js";
import { words } from "../words.js";

/**
 * Show a message's reactions.
 *
 * @param {object} app
 * @param {object} message Discord's message object.
 * @returns {HTMLElement | null} null for none.
 */
export function reactionsView(app, message) {
  const reactions = (message.reactions ?? []).filter((item) => item.count > 0);
  if (!reactions.length) return null;
  const mayTake = (item) => item.me || message.seen.may?.react;
  return h(
    ".reactions",
    { role: "group", "aria-label": words.reactions },
    reactions.map((item) => chip(app, message, item, !mayTake(item))),
  );
}

function chip(app, message, { emoji, count, me }, disabled) {
  // Discord writes custom emoji as name:id: https://discord.com/developers/docs/resources/message#create-reaction
  const written = emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name;
  const shown = emoji.id ? `:${emoji.name}:` : emoji.name;
  async function toggle() {
    try {
      await app.connection.act(me ? "unreact" : "react", { message: message.id, emoji: written });
    } catch (error) {
      tellRefusal(app, error);
    }
  }
  return h(
    "button.reaction",
    {
      type: "button",
      "aria-pressed": String(Boolean(me)),
      "aria-label": words.reaction(shown, count),
      disabled,
      dataset: { emoji: written },
      onclick: toggle,
    },
    h("span", { "aria-hidden": "true" }, shown),
    h("span.reaction-count", { "aria-hidden": "true" }, count),
  );
}
