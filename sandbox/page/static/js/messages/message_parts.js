// The lines around a message's content: who wrote it, what it answers, the command it comes from, the thread on it.

import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { plainText } from "../markdown/markdown.js";
import { avatar, nameOf } from "../places/people_views.js";
import { clockTime, moment } from "../markdown/timestamps.js";
import { words } from "../words.js";

const MESSAGE_COMMAND = 3;
const USER_COMMAND = 2;

/** @returns {import("../markdown/markdown.js").Names} the names that a message's mentions are shown by. */
export function namesOf(app, message) {
  return { ...(message.seen?.mentions ?? {}), me: app.store.get("me")?.id };
}

/** @returns {HTMLElement} name, mark of an app, and time. */
export function byline(app, message) {
  const name = nameOf(app, message.author);
  const badge = message.author.bot ? h("span.badge", {}, words.appBadge) : null;
  const edited = message.content ? null : editedMark(message);
  return h(".byline", {}, h("span.author", {}, name), badge, h("span.when", {}, moment(message.timestamp)), edited);
}

/** @returns {HTMLElement | null} the remark on a message that was changed. */
export function editedMark({ edited_timestamp: edited, seen }) {
  return edited && !seen.loading ? h("span.edited", { title: clockTime(edited) }, `(${words.edited})`) : null;
}

/** @returns {HTMLElement | null} "Mara used /seedream", over the answer to a command. */
export function commandLine(app, { seen }) {
  if (!seen.command) return null;
  const { name, type, user } = seen.command;
  const person =
    typeof user === "object" ? user : (app.store.get(`person:${user}`) ?? { id: String(user), username: String(user) });
  const who = nameOf(app, person);
  const named = type === MESSAGE_COMMAND || type === USER_COMMAND ? name : words.slash(name);
  return h(
    ".context-line",
    {},
    avatar(who, "small"),
    h("span", {}, words.used(who), " ", h("span.command-name", {}, named)),
  );
}

/** @returns {HTMLElement | null} the message that this one answers, in a line. */
export function replyLine(app, message, jump) {
  if (message.type !== 19) return null;
  const original = message.referenced_message;
  if (!original) return h(".context-line.reply-line", {}, icon("reply"), h("span.none", {}, words.replyGone));
  const who = nameOf(app, original.author);
  return h(
    "button.context-line.reply-line",
    { type: "button", onclick: () => jump(original.id) },
    icon("reply"),
    avatar(who, "small"),
    h("span.visually-hidden", {}, words.replyTo("")),
    h("span.author", {}, who),
    h("span.reply-text", {}, summary(app, original)),
  );
}

/** @returns {string} what a message says, in one plain line. */
export function summary(app, message) {
  const seen = app.store.get(`message:${message.id}`)?.seen ?? message.seen;
  const names = { ...(seen?.mentions ?? {}) };
  for (const user of message.mentions ?? []) names.users = { ...names.users, [user.id]: nameOf(app, user) };
  const texts = [message.content, ...embedTexts(message)].filter(Boolean);
  if (texts.length) return plainText(texts[0], names).slice(0, 200);
  if (message.attachments?.length) return words.repliedWith.attachment;
  return message.components?.length ? words.repliedWith.component : words.repliedWith.embed;
}

function embedTexts(message) {
  return (message.embeds ?? []).map((embed) => embed.title || embed.description);
}

/** @returns {HTMLElement | null} the thread that hangs on a message. */
export function threadCard(app, { seen }) {
  const thread = seen.thread && app.store.get(`channel:${seen.thread}`);
  if (!thread) return null;
  return h(
    "a.thread-card",
    { href: `#/channels/${thread.id}` },
    icon("thread"),
    h("span.thread-name", {}, thread.name),
    h(
      "span.thread-count",
      {},
      words.threadMessages(thread.message_count ?? 0),
      thread.archived ? ` · ${words.archivedMark}` : "",
    ),
  );
}

/** @returns {HTMLElement | null} the mark of a message that nobody else sees. */
export function ephemeralMark({ seen }) {
  return seen.ephemeral ? h(".only-you", {}, icon("eye"), h("span", {}, words.onlyYou)) : null;
}

/** @returns {HTMLElement} "Seedream is thinking …", for an answer that is still to come. */
export function thinking(app, message) {
  const dots = h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  return h("p.thinking", {}, dots, `${words.thinking(nameOf(app, message.author))} …`);
}

/** @returns {HTMLElement[]} what became of one's own presses on this message. */
export function outcomes(app, message, dismiss) {
  return interactionsOn(app, message.id).map((item) =>
    item.state === "waiting"
      ? h(
          ".outcome",
          { role: "status" },
          h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")),
          words.waiting,
        )
      : h(
          ".outcome.failed",
          { role: "status" },
          icon("warning"),
          h("span", {}, words.noResponse),
          h("button.button.quiet.small", { type: "button", onclick: () => dismiss(item.id) }, words.dismiss),
        ),
  );
}

/** @returns {object[]} one's own interactions with a message's components that wait or have failed. */
export function interactionsOn(app, message) {
  return app.store
    .all("interaction")
    .filter((item) => item.message === message && item.kind === "component" && item.state !== "modal");
}
