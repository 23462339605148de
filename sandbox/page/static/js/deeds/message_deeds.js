// What can be done with a message, and the doing.

import { confirm } from "../controls/confirm.js";
import { pickEmoji } from "./emoji_picker.js";
import { startEditing } from "./message_edit.js";
import { summary } from "../messages/message_parts.js";
import { tellRefusal } from "../controls/notices.js";
import { words } from "../words_of_deeds.js";

const USER = 2;
const MESSAGE = 3;

/**
 * Do something as the person, and tell it when it is refused.
 *
 * @param {object} app
 * @param {string} act
 * @param {object} fields
 */
export async function attempt(app, act, fields) {
  try {
    await app.connection.act(act, fields);
  } catch (error) {
    tellRefusal(app, error);
  }
}

/** Ask for an emoji and add it. */
export function addReaction(app, message, anchor) {
  pickEmoji(anchor, (emoji) => attempt(app, "react", { message: message.id, emoji }));
}

/** Answer a message with the next one. */
export function reply(app, message) {
  app.view.answer(message.id);
}

/**
 * Gather what can be done with a message, as groups of a menu.
 *
 * @param {object} app
 * @param {object} message
 * @param {HTMLElement} anchor what a picker would hang on.
 * @returns {Array<{label?: string, deeds: import("../controls/menu.js").Deed[]}>}
 */
export function messageGroups(app, message, anchor) {
  const { may = {}, ephemeral = false, thread = null } = message.seen ?? {};
  const channel = app.store.get(`channel:${message.seen?.channel}`);
  const first = [
    may.reply && { label: words.reply, icon: "reply", run: () => reply(app, message) },
    may.react && { label: words.addReaction, icon: "smile", run: () => addReaction(app, message, anchor) },
    may.edit && { label: words.edit, icon: "pencil", run: () => startEditing(app, message) },
    thread && { label: words.openThread, icon: "thread", run: () => app.view.show(thread) },
  ];
  const last = [
    { label: words.copyId, icon: "copy", run: () => copyId(app, message.id) },
    may.delete && {
      label: ephemeral ? words.dismissMessage : words.delete,
      icon: ephemeral ? "close" : "trash",
      danger: !ephemeral,
      run: () => remove(app, message, ephemeral),
    },
  ];
  return [
    { deeds: first.filter(Boolean) },
    { label: words.apps, deeds: appDeeds(app, channel, MESSAGE, "message_command", { message: message.id }) },
    userGroup(app, channel, message.author),
    { deeds: threadDeeds(app, threadOf(app, channel, thread), may.moderate) },
    { deeds: last.filter(Boolean) },
  ];
}

/**
 * Gather what can be done with a thread.
 *
 * @param {object} app
 * @param {object | null} thread
 * @param {boolean} moderate whether one may also lock it.
 * @returns {import("../controls/menu.js").Deed[]}
 */
export function threadDeeds(app, thread, moderate) {
  if (!thread) return [];
  const { id, archived, locked } = thread;
  const deed = (label, icon, change) => ({ label, icon, run: () => attempt(app, "thread", { channel: id, ...change }) });
  const toggles = [
    (moderate || (archived && !locked)) &&
      deed(archived ? words.unarchive : words.archive, "archive", { archived: !archived }),
    moderate && deed(locked ? words.unlock : words.lock, locked ? "unlock" : "lock", { locked: !locked }),
  ];
  return toggles.filter(Boolean);
}

function threadOf(app, channel, hanging) {
  if (hanging) return app.store.get(`channel:${hanging}`) ?? null;
  return ["thread", "post"].includes(channel?.kind) ? channel : null;
}

function appDeeds(app, channel, type, act, fields) {
  return (channel?.commands ?? [])
    .map((id) => app.store.get(`command:${id}`))
    .filter((command) => command?.type === type)
    .map((command) => ({
      label: command.name,
      icon: "app",
      run: () => attempt(app, act, { ...fields, command: command.id }),
    }));
}

function userGroup(app, channel, author) {
  const name = app.store.get(`person:${author.id}`)?.display_name ?? author.username;
  const deeds = appDeeds(app, channel, USER, "user_command", { user: author.id, channel: channel?.id });
  return { label: words.appsFor(name), deeds };
}

async function copyId(app, id) {
  try {
    await navigator.clipboard.writeText(id);
    app.notices.tell(words.idCopied, "info");
  } catch {
    app.notices.tell(words.cannotCopy(id), "info");
  }
}

async function remove(app, message, ephemeral) {
  const quote = summary(app, message);
  const settings = { title: words.deleteTitle, question: words.deleteQuestion, yes: words.confirmDelete, quote };
  // Dismissing what only one sees takes nothing away from anybody.
  if (!ephemeral && !(await confirm(settings))) return;
  await attempt(app, "delete", { message: message.id });
}
