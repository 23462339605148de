// A slash command being filled in, in place of the text one writes.

import { AttachmentSlots } from "./attachment_slots.js";
import { OptionType } from "./command_checks.js";
import { optionField } from "./command_fields.js";
import { Refused } from "../core/connection.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { takesPastes } from "../writing/dropping.js";
import { freshId } from "../core/ids.js";
import { words } from "../words_of_deeds.js";

/** The form of one command in one channel. */
export class CommandForm {
  #app;
  #channel;
  #invocation;
  #fields = new Map();
  #slots = null;
  #grid = h(".command-fields");
  #more = h(".command-more", { role: "group", "aria-label": words.moreOptions });
  #why = h("p.field-refusal.command-refusal", { role: "alert", hidden: true });
  #send;
  #sending = false;

  /**
   * @param {object} app
   * @param {string} channel the id of the channel it is used in.
   * @param {object} invocation one of `invocations`.
   * @param {{onleave: () => void, onsent: () => void}} settings
   */
  constructor(app, channel, invocation, { onleave, onsent }) {
    this.#app = app;
    this.#channel = channel;
    this.#invocation = invocation;
    this.onsent = onsent;
    this.onleave = onleave;
    this.#send = h("button.button.primary", { type: "submit" }, icon("send"), words.runCommand);
    this.element = this.#make();
    const files = invocation.options.filter((option) => option.type === OptionType.ATTACHMENT);
    if (files.length) this.#slots = new AttachmentSlots(app, files);
    for (const option of this.#plain()) if (option.required) this.#add(option);
    this.#show();
  }

  /** @returns {string} the command as it is typed. */
  get title() {
    return this.#invocation.title;
  }

  /** @returns {boolean} whether files can be dropped into it. */
  get takesFiles() {
    return this.#slots !== null;
  }

  /** Put files into the next free attachment options. */
  addFiles(files) {
    this.#slots?.add(files);
  }

  /** Take over files that were there before the command was chosen, and return those it has no room for. */
  takeOver(files) {
    const room = this.#slots?.room ?? 0;
    if (room && files.length) this.#slots.add(files.slice(0, room));
    return files.slice(room);
  }

  /** @returns {File[]} the files it holds and is not sending. */
  get unsent() {
    return this.#sending ? [] : (this.#slots?.files ?? []);
  }

  /** Put the caret where one goes on. */
  focus() {
    const fields = [...this.#fields.values()];
    const next = fields.find((item) => item.isEmpty()) ?? fields[0] ?? this.#slots;
    if (next) next.focus();
    else this.#send.focus();
  }

  /** Let go of everything that was chosen. */
  forget() {
    this.#slots?.forget();
  }

  #make() {
    const title = h("span.command-title", { id: freshId("command") }, `/${this.title}`);
    const form = h(
      "form.command-form",
      { "aria-labelledby": title.id, novalidate: true, autocomplete: "off" },
      h(
        ".command-head",
        {},
        h(".command-words", {}, title, h("span.command-description", {}, this.#invocation.description)),
        h(
          "button.icon-button",
          { type: "button", "aria-label": words.leaveCommand, onclick: () => this.onleave() },
          icon("close"),
        ),
      ),
      h(".command-body", {}, this.#grid, this.#more),
      this.#why,
      h(".command-foot", {}, h("p.composer-hint", {}, words.commandHint), this.#send),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener("keydown", (event) => this.#key(event));
    takesPastes(form, (files) => (this.#slots ? this.#slots.add(files) : this.#refuse(words.noFiles)));
    return form;
  }

  #plain() {
    return this.#invocation.options.filter((option) => option.type !== OptionType.ATTACHMENT);
  }

  #add(option) {
    const onremove = option.required ? null : () => this.#remove(option);
    const ask = (name, text) => this.#complete(name, text);
    this.#fields.set(option.name, optionField(this.#app, option, { channel: this.#channel, ask, onremove }));
  }

  #remove(option) {
    this.#fields.delete(option.name);
    this.#show();
    this.#more.querySelector(`[data-option="${CSS.escape(option.name)}"]`)?.focus();
  }

  #show() {
    // In the command's order, whichever was added first.
    const shown = this.#plain().filter((option) => this.#fields.has(option.name));
    this.#fields = new Map(shown.map((option) => [option.name, this.#fields.get(option.name)]));
    const elements = [...this.#fields.values()].map((item) => item.element);
    if (this.#slots) elements.push(this.#slots.element);
    for (const child of [...this.#grid.children]) if (!elements.includes(child)) child.remove();
    // Only what is new is put in: what is moved would lose the focus.
    for (const [index, element] of elements.entries()) {
      if (this.#grid.children[index] !== element) this.#grid.insertBefore(element, this.#grid.children[index] ?? null);
    }
    const rest = this.#plain().filter((option) => !this.#fields.has(option.name));
    this.#more.replaceChildren(...rest.map((option) => this.#adder(option)));
    this.#more.hidden = rest.length === 0;
  }

  #adder(option) {
    const description = h("span.visually-hidden", { id: freshId("description") }, option.description);
    const button = h(
      "button.button.add-option",
      {
        type: "button",
        title: option.description,
        dataset: { option: option.name },
        "aria-label": words.addOption(option.name),
        onclick: () => {
          this.#add(option);
          this.#show();
          this.#fields.get(option.name).focus();
        },
      },
      icon("plus"),
      option.name,
    );
    button.setAttribute("aria-describedby", description.id);
    return h("span", {}, button, description);
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.onleave();
    } else if (event.key === "Enter" && !event.shiftKey && event.target.matches("input, textarea")) {
      event.preventDefault();
      this.#submit();
    }
  }

  #values() {
    const values = {};
    for (const [name, item] of this.#fields) {
      const value = item.value();
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  async #complete(name, text) {
    const { command, path } = this.#invocation;
    const options = { ...this.#values(), [name]: text };
    const answer = await this.#app.connection.act("autocomplete", {
      channel: this.#channel,
      command: command.id,
      path,
      options,
      focused: name,
    });
    return answer.choices;
  }

  #check() {
    this.#refuse("");
    const parts = [...this.#fields.values(), ...(this.#slots ? [this.#slots] : [])];
    const bad = parts.filter((part) => {
      const sentence = part.check();
      part.refuse(sentence);
      return sentence;
    });
    bad[0]?.focus();
    return bad.length === 0;
  }

  async #submit() {
    if (this.#sending || !this.#check()) return;
    this.#busy(true);
    const { turn } = this.#app.connection;
    try {
      const { command, path } = this.#invocation;
      const options = { ...this.#values(), ...(await this.#slots?.values()) };
      await this.#app.connection.act("slash", { channel: this.#channel, command: command.id, path, options }, turn);
      this.forget();
      this.onsent();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#tell(error.message);
    } finally {
      this.#busy(false);
    }
  }

  #tell(sentence) {
    const first = /^[^\s:]+(?=[\s:])/u.exec(sentence)?.[0] ?? "";
    const about = this.#fields.get(first) ?? (this.#slots?.has(first) ? this.#slots : null);
    if (!about) return this.#refuse(sentence);
    about.refuse(sentence);
    about.focus();
  }

  #refuse(sentence) {
    this.#why.textContent = sentence;
    this.#why.hidden = !sentence;
  }

  #busy(busy) {
    this.#sending = busy;
    this.#send.setAttribute("aria-disabled", String(busy));
    this.element.setAttribute("aria-busy", String(busy));
  }
}
