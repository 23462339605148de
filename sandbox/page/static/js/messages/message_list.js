// The messages of the shown channel, kept up to date one by one.

import { messagesOf } from "../places/channels.js";
import { fill, h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { pendingInteractions } from "../deeds/interactions.js";
import { messageView, spoken } from "./message.js";
import { Scroller } from "../places/scrolling.js";
import { dayKey, dayName } from "../markdown/timestamps.js";
import { words } from "../words.js";

const TOGETHER = 7 * 60_000; // within this, messages of one author are one group
const REPLY = 19;
const MOST = 200; // the server sends no more of a channel
const FLASH = 2000;

/**
 * Make the list.
 *
 * @param {object} app
 * @param {(channel: object) => HTMLElement | null} beginning what stands above the first message.
 * @returns {HTMLElement}
 */
export function messageList(app, beginning) {
  const views = new Map();
  let channel = null;
  let news = 0;
  const intro = h(".beginning-place");
  const list = h(".messages", { role: "log", "aria-live": "off", "aria-label": words.messages });
  const content = h(".scroll-content", {}, intro, list, pendingInteractions(app));
  const box = h(".scroller", { id: "messages" }, content);
  const pill = h("button.new-messages", { type: "button", hidden: true, onclick: () => scroller.toEnd() });
  // The list itself is not live: a screen reader would hear every tick and every edit. This says what is new, once.
  const announcer = h(".visually-hidden", { "aria-live": "polite", role: "status" });
  const scroller = new Scroller(box, content);

  scroller.addEventListener("change", showPill);
  app.view.addEventListener("channel", () => update());
  app.store.watch(["message", "interaction", "channel", "person", "me"], update);
  list.addEventListener("keydown", onKey);
  list.addEventListener("focusin", (event) => makeCurrent(event.target.closest("article.message")));

  function update(keys) {
    const changedChannel = channel !== app.view.channel;
    const known = app.store.get(`channel:${app.view.channel}`);
    if (changedChannel) {
      channel = app.view.channel;
      news = 0;
      views.clear();
      list.replaceChildren();
      announcer.textContent = "";
    }
    list.setAttribute("aria-label", known ? words.messagesIn(known.name) : words.messages);
    const messages = known ? messagesOf(app, channel) : [];
    const above = messages.length >= MOST ? h("p.latest-only", {}, words.latestOnly(MOST)) : known && beginning(known);
    fill(intro, above);
    const fresh = place(messages, changedChannel ? null : keys);
    if (changedChannel) scroller.toEnd();
    else if (fresh.length) arrived(fresh);
    if (scroller.atEnd) scroller.toEnd();
    if (!list.querySelector("article[tabindex='0']")) makeCurrent(list.querySelector("article:last-of-type"));
    showPill();
  }

  /** Bring every message to its place; returns those that were not there before. */
  function place(messages, keys) {
    const fresh = [];
    const kept = new Set(messages.map((message) => message.id));
    for (const [id, view] of views) {
      if (kept.has(id)) continue;
      view.element.remove();
      views.delete(id);
    }
    let cursor = null;
    let before = null;
    for (const message of messages) {
      const { id } = message;
      if (!views.has(id)) {
        views.set(id, messageView(app, id, jump));
        fresh.push(message);
      }
      const view = views.get(id);
      const newDay = !before || dayKey(before.timestamp) !== dayKey(message.timestamp);
      cursor = placeDay(cursor, newDay ? message : null);
      const compact = !newDay && goesOn(before, message);
      if (view.compact !== compact || concerns(message, keys)) {
        view.compact = compact;
        view.update(compact);
      }
      cursor = putAfter(cursor, view.element);
      before = message;
    }
    // A day of which every message was deleted.
    for (let rest = cursor ? cursor.nextSibling : list.firstChild; rest;) {
      const next = rest.nextSibling;
      rest.remove();
      rest = next;
    }
    return fresh;
  }

  function placeDay(cursor, message) {
    const next = cursor ? cursor.nextSibling : list.firstChild;
    const is = next?.classList.contains("day");
    if (!message) {
      if (is) next.remove();
      return cursor;
    }
    const name = dayName(message.timestamp);
    if (is) {
      if (next.textContent !== name) next.firstChild.textContent = name;
      return next;
    }
    return putAfter(cursor, h(".day", {}, h("span", {}, name)));
  }

  function putAfter(cursor, element) {
    const next = cursor ? cursor.nextSibling : list.firstChild;
    // Moving what stands right already would take its focus away.
    if (next !== element) list.insertBefore(element, next);
    return element;
  }

  function arrived(fresh) {
    const me = app.store.get("me")?.id;
    const own = fresh.some((message) => message.seen.mine || message.interaction_metadata?.user?.id === me);
    if (own) scroller.toEnd();
    if (!scroller.atEnd) news += fresh.length;
    announcer.textContent = fresh.map((message) => spoken(app, message)).join(" ");
  }

  function showPill() {
    if (scroller.atEnd) news = 0;
    pill.hidden = scroller.atEnd;
    pill.classList.toggle("has-news", news > 0);
    pill.replaceChildren(icon("down"), words.newMessages(news));
  }

  function jump(id) {
    const target = views.get(id)?.element;
    if (!target) {
      app.notices.tell(words.jumpTooFar, "info");
      return;
    }
    makeCurrent(target);
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
    target.classList.add("flash");
    setTimeout(() => target.classList.remove("flash"), FLASH);
  }

  function onKey(event) {
    const current = event.target.closest("article.message");
    if (event.target !== current) return;
    const all = [...list.querySelectorAll("article.message")];
    const at = all.indexOf(current);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    all[to].focus({ preventScroll: true });
    all[to].scrollIntoView({ block: "nearest" });
  }

  /** One message at a time can be reached by Tab, the others from it by arrow keys. */
  function makeCurrent(element) {
    if (!element) return;
    for (const other of list.querySelectorAll("article[tabindex='0']")) other.tabIndex = -1;
    element.tabIndex = 0;
  }

  update();
  return h(".list-place", {}, box, pill, announcer);
}

/** Tell whether a message may look different after changes; null stands for all there could be. */
function concerns(message, keys) {
  if (!keys || keys.has(`message:${message.id}`) || keys.has(`channel:${message.seen.thread}`)) return true;
  return [...keys].some((key) => key === "me" || key.startsWith("person:") || key.startsWith("interaction:"));
}

function goesOn(before, message) {
  return (
    before.author.id === message.author.id &&
    !before.seen.system &&
    !message.seen.system &&
    !message.seen.command &&
    message.type !== REPLY &&
    before.seen.ephemeral === message.seen.ephemeral &&
    Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER
  );
}
