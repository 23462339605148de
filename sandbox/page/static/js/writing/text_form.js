// The message one writes in one channel: its text, its files, and what it answers.

import { commandPalette } from "../commands/command_palette.js";
import { Refused } from "../core/connection.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { takesPastes } from "./dropping.js";
import { FileTray, fileButton, uploaded } from "./files.js";
import { grows } from "../controls/growing.js";
import { freshId } from "../core/ids.js";
import { mentionHelper } from "./mention_helper.js";
import { startEditing } from "../deeds/message_edit.js";
import { tellRefusal } from "../controls/notices.js";
import { words } from "../words_of_deeds.js";

const MOST_FILES = 10;

/** What one is about to say in a channel. */
export class TextForm {
  #app;
  #channel;
  #area;
  #fit;
  #tray;
  #reply = h(".reply-bar", { hidden: true });
  #fileButton;
  #send;
  #helpers;

  /**
   * @param {object} app
   * @param {string} channel its id.
   * @param {{oncommand: (invocation: object) => void}} settings told which slash command was chosen.
   */
  constructor(app, channel, { oncommand }) {
    this.#app = app;
    this.#channel = channel;
    this.#tray = new FileTray(app, { label: words.files, most: MOST_FILES, onchange: () => this.#showSend() });
    this.#area = h("textarea.composer-area", { id: freshId("composer"), rows: 1, autocomplete: "off" });
    this.#fit = grows(this.#area);
    this.#fileButton = fileButton({ label: words.chooseFiles, onfiles: (files) => this.addFiles(files) });
    this.#send = h("button.icon-button.send", { type: "submit", "aria-label": words.send, title: words.send }, icon("send"));
    this.element = this.#make();
    this.#helpers = [
      commandPalette(app, this.#area, {
        anchor: this.element,
        channel: () => channel,
        onpick: (invocation) => {
          this.#setText("");
          oncommand(invocation);
        },
      }),
      mentionHelper(app, this.#area, { anchor: this.element }),
    ];
    this.#showSend();
  }

  /** @returns {boolean} whether files can be added. */
  get takesFiles() {
    return this.#app.store.get(`channel:${this.#channel}`)?.may?.attach ?? false;
  }

  addFiles(files) {
    if (!this.takesFiles) return;
    this.#tray.add(files);
    this.focus();
  }

  /** Give up the files, for a command. */
  giveFiles() {
    const items = this.#tray.take();
    for (const item of items) item.forget();
    return items.map((item) => item.file);
  }

  /** Take files back that a command did not send; they stand before those that stayed. */
  takeBack(files) {
    if (files.length) this.#tray.add([...files, ...this.giveFiles()]);
  }

  /** Show what the channel is called and what may be done there. */
  update(channel) {
    const place = words.placeTo(channel.kind, channel.name);
    this.#area.setAttribute("aria-label", words.messageTo(channel.name));
    this.#area.placeholder = place;
    this.#fileButton.hidden = !channel.may?.attach;
  }

  /** Let it be written in, or only be read for a while; it keeps the focus. */
  setReady(ready) {
    this.#area.readOnly = !ready;
  }

  /** Show which message is answered. */
  showReply() {
    const id = this.#app.view.replyTo;
    const message = id && this.#app.store.get(`message:${id}`);
    this.#reply.hidden = !message;
    if (!message) return this.#reply.replaceChildren();
    const author = this.#app.store.get(`person:${message.author.id}`);
    const name = author?.display_name ?? message.author.global_name ?? message.author.username;
    const stop = h(
      "button.icon-button.tiny",
      { type: "button", "aria-label": words.stopReplying, onclick: () => this.#stopReplying() },
      icon("close"),
    );
    this.#reply.replaceChildren(icon("reply"), h("span", {}, words.replyingTo(name)), stop);
  }

  focus() {
    this.#area.focus();
  }

  #make() {
    const form = h(
      "form.composer-box",
      { autocomplete: "off" },
      this.#reply,
      this.#tray.element,
      h(".composer-row", {}, this.#fileButton, this.#area, this.#send),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#area.addEventListener("keydown", (event) => this.#key(event));
    this.#area.addEventListener("input", () => this.#showSend());
    takesPastes(this.#area, (files) => this.addFiles(files));
    return form;
  }

  #key(event) {
    if (event.isComposing || this.#helpers.some((helper) => helper.key(event))) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#say();
    } else if (event.key === "Escape" && this.#app.view.replyTo) {
      event.preventDefault();
      this.#stopReplying();
    } else if (event.key === "ArrowUp" && this.#area.value === "") {
      this.#editLast(event);
    }
  }

  #editLast(event) {
    const mine = this.#app.store
      .all("message")
      .filter((message) => message.seen?.channel === this.#channel && message.seen.mine && message.seen.may?.edit)
      .sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    if (mine.length && startEditing(this.#app, mine.at(-1))) event.preventDefault();
  }

  #stopReplying() {
    this.#app.view.answer(null);
    this.focus();
  }

  #setText(text) {
    this.#area.value = text;
    this.#fit();
    this.#showSend();
  }

  #showSend() {
    const nothing = !this.#area.value.trim() && this.#tray.chosen.length === 0;
    this.#send.setAttribute("aria-disabled", String(nothing));
  }

  async #say() {
    const content = this.#area.value;
    if (this.#area.readOnly) return;
    if (!content.trim() && this.#tray.chosen.length === 0) return;
    if (this.#tray.chosen.some((item) => item.refusal)) {
      const bad = this.#tray.chosen.find((item) => item.refusal);
      this.#app.notices.tell(words.fileRefused(bad.name), "refused");
      return;
    }
    const reply = this.#app.view.replyTo;
    const { turn } = this.#app.connection;
    const files = this.#tray.take();
    // At once, so that the next words are not held up by these.
    this.#setText("");
    this.#app.view.answer(null);
    try {
      const ids = await uploaded(files);
      const fields = { channel: this.#channel, content, files: ids, reply_to: reply };
      await this.#app.connection.act("say", fields, turn);
      for (const item of files) item.forget();
    } catch (error) {
      if (error instanceof Refused) this.#putBack(content, files, reply);
      tellRefusal(this.#app, error);
    }
  }

  #putBack(content, files, reply) {
    const since = this.#area.value;
    this.#setText(since ? `${content}\n${since}` : content);
    this.#tray.restore(files);
    if (reply && this.element.isConnected) this.#app.view.answer(reply);
  }
}
