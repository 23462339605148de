// One message. What changes is made anew, and only that: an edit leaves the rest, and what has the focus, alone.

import { attachmentsView } from "./attachments.js";
import { layout } from "./component_layout.js";
import { fill, h } from "../core/dom.js";
import { embedView } from "./embeds.js";
import { icon } from "../controls/icons.js";
import { markdown } from "../markdown/markdown.js";
import { attempt } from "../deeds/message_deeds.js";
import { messageActions } from "../deeds/message_menu.js";
import {
  byline,
  commandLine,
  editedMark,
  ephemeralMark,
  interactionsOn,
  namesOf,
  outcomes,
  replyLine,
  summary,
  thinking,
  threadCard,
} from "./message_parts.js";
import { avatar, nameOf } from "../places/people_views.js";
import { reactionsView } from "./reactions.js";
import { clockTime, moment } from "../markdown/timestamps.js";
import { words } from "../words.js";

const THREAD_STARTER = 21;
const COMPONENTS_V2 = 1 << 15;
const SUPPRESS_EMBEDS = 1 << 2;

/**
 * Make the view of a message.
 *
 * @param {object} app
 * @param {string} id
 * @param {(message: string) => void} jump shows another message of the channel.
 * @returns {{element: HTMLElement, update: (compact: boolean) => void}} `update` brings it up to date with the store;
 *   compact is a message that goes on with the one before, by the same author.
 */
export function messageView(app, id, jump) {
  const slots = new Map();
  const actions = h(".message-actions-place");
  const gutter = slot("gutter", ".gutter");
  const body = h(
    ".message-body",
    {},
    ["byline", "content", "attachments", "embeds", "components", "outcomes", "reactions", "thread", "mark"].map(
      (name) => slot(name),
    ),
  );
  const element = h(
    "article.message",
    { tabindex: -1, dataset: { message: id } },
    slot("context"),
    gutter,
    body,
    actions,
  );

  function slot(name, selector = `.message-${name}`) {
    const place = h(selector, { hidden: true });
    slots.set(name, { place, signature: null });
    return place;
  }

  /** Fill a slot, if what it is made of has changed. */
  function put(name, made, ...from) {
    const entry = slots.get(name);
    const signature = JSON.stringify(from);
    if (entry.signature === signature) return;
    entry.signature = signature;
    const focused = entry.place.contains(document.activeElement);
    const back = focused ? focusKey() : null;
    fill(entry.place, made());
    entry.place.hidden = entry.place.childNodes.length === 0;
    // Where what had the focus is gone, such as a reaction taken back, the message itself is the nearest place.
    if (focused) ((back && entry.place.querySelector(back)) ?? element).focus({ preventScroll: true });
  }

  function update(compact) {
    const stored = app.store.get(`message:${id}`);
    if (!stored) return;
    const message = shown(app, stored);
    const { seen } = message;
    const names = namesOf(app, message);
    const who = nameOf(app, message.author);
    const waiting = interactionsOn(app, id);
    const busy = new Set(waiting.filter((item) => item.state === "waiting").map((item) => item.custom_id));
    const system = Boolean(seen.system);

    element.setAttribute("aria-label", words.messageBy(who, clockTime(message.timestamp)));
    element.classList.toggle("compact", compact);
    element.classList.toggle("system", system);
    element.classList.toggle("ephemeral", seen.ephemeral);
    element.classList.toggle("pings-me", seen.pings_me);

    put(
      "context",
      () => (compact || system ? null : [commandLine(app, message), replyLine(app, message, jump)]),
      compact,
      seen.command,
      message.referenced_message,
      message.type,
      who,
    );
    put("gutter", () => gutterContent(message, who, compact, system), message.author.id, who, compact, system, day());
    put(
      "byline",
      () => (compact || system ? null : byline(app, message)),
      compact,
      system,
      who,
      message.author.bot,
      message.edited_timestamp,
      !message.content,
      seen.loading,
      day(),
    );
    put(
      "content",
      () => content(message, names, system),
      message.content,
      message.edited_timestamp,
      names,
      seen.loading,
      seen.system,
      who,
    );
    put("attachments", () => attachmentsView(message.attachments ?? []), message.attachments);
    put("embeds", () => embeds(message, names), message.embeds, names, message.flags);
    put("components", () => layout(app, stored, message.components ?? [], names, busy), message.components, names, [
      ...busy,
    ]);
    put("outcomes", () => outcomes(app, message, (interaction) => attempt(app, "dismiss", { interaction })), waiting);
    put("reactions", () => reactionsView(app, stored), message.reactions, seen.may);
    put("thread", () => threadCard(app, message), seen.thread, seen.thread && app.store.get(`channel:${seen.thread}`));
    const said = ["byline", "content"].some((name) => slots.get(name).place.querySelector(".edited"));
    put(
      "mark",
      () => [said ? null : editedMark(message), ephemeralMark(message)],
      seen.ephemeral,
      said,
      message.edited_timestamp,
    );
    updateActions(stored);
  }

  let toolbarFor = null;
  function updateActions(message) {
    const signature = JSON.stringify(message);
    if (signature === toolbarFor || inUse(actions)) return;
    toolbarFor = signature;
    fill(actions, message.seen.loading ? null : messageActions(app, message));
  }
  // A toolbar in use is left as it is; once it is left, it catches up.
  actions.addEventListener("focusout", () => setTimeout(() => update(element.classList.contains("compact")), 0));

  function content(message, names, system) {
    if (system) return h("p", {}, message.seen.system);
    if (message.seen.loading) return thinking(app, message);
    const text = message.content ? markdown(message.content, names) : null;
    // At the end of the text's last line, as a remark on it, and not as a line of its own.
    if (message.edited_timestamp && text?.lastElementChild?.tagName === "P")
      text.lastElementChild.append(" ", editedMark(message));
    return text;
  }

  return { element, update };
}

/** @returns {string} a message in one plain line, for a screen reader. */
export function spoken(app, message) {
  const text = message.seen.system || (message.seen.loading ? `${words.thinking("")} …` : summary(app, message));
  return message.seen.system ? text : words.announce(nameOf(app, message.author), text);
}

function shown(app, message) {
  if (message.type !== THREAD_STARTER || !message.referenced_message) return message;
  // A thread begins with the message it hangs on, told as if it stood here.
  const original = app.store.get(`message:${message.referenced_message.id}`) ?? message.referenced_message;
  const seen = { ...message.seen, ...(original.seen ?? {}), system: "", thread: null, may: message.seen.may };
  return { ...original, id: message.id, components: [], reactions: [], seen };
}

function gutterContent(message, who, compact, system) {
  if (system) return icon("info");
  return compact ? moment(message.timestamp) : avatar(who);
}

function embeds(message, names) {
  if (message.flags & (SUPPRESS_EMBEDS | COMPONENTS_V2)) return null;
  return (message.embeds ?? []).map((embed) => embedView(embed, names));
}

function focusKey() {
  const { customId, emoji } = document.activeElement.dataset;
  if (customId) return `[data-custom-id="${CSS.escape(customId)}"]`;
  return emoji ? `[data-emoji="${CSS.escape(emoji)}"]` : null;
}

function inUse(place) {
  return place.contains(document.activeElement) || place.querySelector("[aria-expanded=true]") !== null;
}

function day() {
  return new Date().toDateString();
}
