// The toolbar of a message, and its menu: by the button, a right click, Shift+F10 or a long press.

import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { openMenu } from "../controls/menu.js";
import { addReaction, messageGroups, reply, threadDeeds } from "./message_deeds.js";
import { keepEditing } from "./message_edit.js";
import { forgetPlaces, messageAround, noteToolbar } from "../messages/message_places.js";
import { words } from "../words_of_deeds.js";

const LONG_PRESS = 500;
const SLIP = 10;

const listening = new WeakSet();

/**
 * Make the toolbar of a message; it goes into the `article` or `li` that shows the message.
 *
 * @param {object} app
 * @param {object} message Discord's message object.
 * @returns {HTMLElement}
 */
export function messageActions(app, message) {
  listen(app);
  const { may = {} } = message.seen ?? {};
  const current = () => app.store.get(`message:${message.id}`) ?? message;
  const tool = (label, sign, onclick, more = {}) =>
    h("button.icon-button", { type: "button", "aria-label": label, title: label, tabindex: -1, onclick, ...more }, icon(sign));
  const buttons = [
    may.react && tool(words.addReaction, "smile", (event) => addReaction(app, message, event.currentTarget), { "aria-haspopup": "dialog" }),
    may.reply && tool(words.reply, "reply", () => reply(app, message)),
    tool(words.more, "more", (event) => openFor(app, current(), event.currentTarget), {
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    }),
  ].filter(Boolean);
  // One stop of the Tab key for each message, not three.
  buttons[0].tabIndex = 0;
  const element = h(".message-actions", { role: "toolbar", "aria-label": words.messageActions }, buttons);
  element.addEventListener("keydown", (event) => rove(event, buttons));
  noteToolbar(message, element);
  // It is put into its message after this returns.
  queueMicrotask(() => {
    const host = element.closest("article, li");
    if (host) keepEditing(app, message, host);
  });
  return element;
}

/**
 * Make the button with which a thread is archived, locked and opened again, for those who may.
 *
 * @param {object} app
 * @param {() => object | undefined} thread gives the thread's channel.
 * @returns {HTMLElement}
 */
export function threadActions(app, thread) {
  const deeds = () => (["thread", "post"].includes(thread()?.kind) ? threadDeeds(app, thread(), thread().may?.moderate) : []);
  const button = h(
    "button.icon-button.thread-actions",
    {
      type: "button",
      "aria-label": words.threadMenu,
      title: words.threadMenu,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => openMenu(button, { label: words.threadMenu, groups: [{ deeds: deeds() }] }),
    },
    icon("more"),
  );
  const show = () => (button.hidden = deeds().length === 0);
  app.store.watch(["channel"], show);
  app.view.addEventListener("channel", show);
  show();
  return button;
}

function openFor(app, message, anchor, { returnTo, pickersAt = anchor } = {}) {
  const settings = { label: words.messageMenu, groups: messageGroups(app, message, pickersAt) };
  openMenu(anchor, returnTo ? { ...settings, returnTo } : settings);
}

function rove(event, buttons) {
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || to === undefined || !buttons[to]) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[at].tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
}

// Once for all messages: there may be hundreds, and they come and go.
function listen(app) {
  if (listening.has(app)) return;
  listening.add(app);
  document.addEventListener("contextmenu", (event) => {
    // Links, pictures and what one writes or has marked keep the browser's own menu.
    if (event.target.closest?.("a[href], img, input, textarea, video, dialog, .popup") || marked()) return;
    const found = messageAround(event.target);
    if (found) at(app, found, event, event.clientX, event.clientY);
  });
  document.addEventListener("keydown", (event) => {
    const asked = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (!asked || event.target.closest?.("input, textarea, .popup")) return;
    const found = messageAround(event.target);
    if (!found) return;
    const rect = event.target.getBoundingClientRect();
    at(app, found, event, rect.left + Math.min(24, rect.width / 2), Math.min(rect.bottom, rect.top + 40));
  });
  listenForLongPresses(app);
  app.store.watch(["message"], () => forgetPlaces((id) => app.store.get(`message:${id}`)));
}

function at(app, { id, element }, event, x, y) {
  const message = app.store.get(`message:${id}`);
  if (!message) return;
  event.preventDefault();
  // Some browsers answer a long press with a right click of their own.
  if (document.querySelector(".menu.popup")) return;
  const place = { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
  const before = document.activeElement;
  const returnTo = before instanceof HTMLElement && element.contains(before) ? before : null;
  const more = element.querySelector(".message-actions button:last-child");
  openFor(app, message, place, { returnTo: returnTo ?? more, pickersAt: more });
}

function listenForLongPresses(app) {
  let timer = 0;
  let start = null;
  const stop = () => clearTimeout(timer);
  document.addEventListener("pointerdown", (event) => {
    stop();
    if (event.pointerType !== "touch" || event.target.closest?.("a, button, input, textarea, img, .popup")) return;
    const found = messageAround(event.target);
    if (!found) return;
    start = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => at(app, found, event, start.x, start.y), LONG_PRESS);
  });
  document.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > SLIP) stop();
  });
  for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, stop, true);
}

function marked() {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed;
}
