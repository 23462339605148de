// Where one writes: a message, or a slash command; or the reason why one cannot.

import { CommandForm } from "../commands/command_form.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { takesDrops } from "./dropping.js";
import { TextForm } from "./text_form.js";
import { words } from "../words_of_deeds.js";

/**
 * Make the place to write in below the messages. What a person has begun in a channel is still there when
 * they come back to it.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function composer(app) {
  const element = h("section.composer", { "aria-label": words.composer });
  const begun = new Map();
  // Between two connections it is not known yet as whom one writes: what is written then would be nobody's.
  let ready = false;

  function here() {
    const id = app.view.channel;
    if (!id || !app.store.get(`channel:${id}`)) return null;
    const key = `${app.store.get("me")?.id}/${id}`;
    if (!begun.has(key)) begun.set(key, new Begun(app, id, show));
    return begun.get(key);
  }

  function show() {
    const channel = app.store.get(`channel:${app.view.channel}`);
    const now = here();
    element.hidden = !now;
    if (!now) return element.replaceChildren();
    now.setReady(ready);
    const shown = channel.may?.write ? now.shown(channel) : closed(channel);
    // Putting in anew what is there already would take its focus and its caret.
    if (element.firstElementChild !== shown) element.replaceChildren(shown);
  }

  app.store.watch(["channel", "me", "command"], (keys) => {
    ready ||= keys.has("me") && app.connection.open;
    show();
  });
  app.connection.addEventListener("state", () => {
    // The next snapshot, which has "me" in it, says who one is.
    ready = false;
    show();
  });
  app.store.watch(["message"], () => here()?.showReply());
  app.view.addEventListener("channel", show);
  app.view.addEventListener("reply", () => {
    here()?.showReply();
    if (app.view.replyTo) here()?.focus();
  });

  const main = () => element.closest("main") ?? element.parentElement ?? element;
  takesDrops(document, {
    accepts: () => !document.querySelector("dialog[open]") && (mayWrite(app) && here()?.takesFiles) === true,
    label: () => here().dropWords(app.store.get(`channel:${app.view.channel}`)),
    area: () => main().getBoundingClientRect(),
    host: () => document.body,
    onfiles: (files) => here()?.addFiles(files),
  });
  show();
  return element;
}

/** What is begun in one channel. */
class Begun {
  #app;
  #text;
  #command = null;
  #onchange;

  constructor(app, channel, onchange) {
    this.#app = app;
    this.#onchange = onchange;
    this.#text = new TextForm(app, channel, { oncommand: (invocation) => this.#begin(channel, invocation) });
  }

  get takesFiles() {
    return (this.#command ?? this.#text).takesFiles;
  }

  shown(channel) {
    this.#text.update(channel);
    return (this.#command ?? this.#text).element;
  }

  setReady(ready) {
    this.#text.setReady(ready);
  }

  showReply() {
    this.#text.showReply();
  }

  dropWords(channel) {
    return this.#command ? words.dropInForm(this.#command.title) : words.dropHere(channel.name);
  }

  addFiles(files) {
    (this.#command ?? this.#text).addFiles(files);
  }

  focus() {
    (this.#command ?? this.#text).focus();
  }

  #begin(channel, invocation) {
    // It is left twice by whoever leaves it while it is sent, and then another one may stand here already.
    const leave = () => this.#command === form && this.#leave();
    const form = new CommandForm(this.#app, channel, invocation, { onleave: leave, onsent: leave });
    this.#command = form;
    this.#onchange();
    const files = this.#text.giveFiles();
    const rest = form.takeOver(files);
    this.#text.takeBack(rest);
    if (rest.length) this.#app.notices.tell(words.filesStay(form.title, rest.length));
    form.focus();
  }

  #leave() {
    const had = this.#command.element.contains(document.activeElement);
    if (this.#text.takesFiles) this.#text.takeBack(this.#command.unsent);
    this.#command.forget();
    this.#command = null;
    this.#onchange();
    if (had || document.activeElement === document.body) this.focus();
  }
}

function mayWrite(app) {
  return app.store.get(`channel:${app.view.channel}`)?.may?.write ?? false;
}

function closed(channel) {
  return h("p.composer-closed", {}, icon("lock"), channel.why_not || words.cannotWrite);
}
