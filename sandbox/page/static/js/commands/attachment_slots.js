// The attachment options of a command, filled by several files at once.

import { h } from "../core/dom.js";
import { ChosenFile, fileButton, uploaded } from "../writing/files.js";
import { words } from "../words_of_deeds.js";

/** Files in the attachment options of a command; a new one goes to the next free option, in the command's order. */
export class AttachmentSlots {
  #app;
  #options;
  #chosen = new Map();
  #filled = h(".chips", { role: "list", "aria-label": words.fileSlots });
  #next = h("p.field-description");
  #why = h("p.field-refusal", { role: "alert", hidden: true });
  #button;

  /**
   * @param {object} app
   * @param {object[]} options Discord's option objects of the type attachment.
   */
  constructor(app, options) {
    this.#app = app;
    this.#options = options;
    this.#button = fileButton({
      label: words.addFiles(options.length),
      text: words.addFiles(options.length),
      several: options.length > 1,
      onfiles: (files) => this.add(files),
    });
    this.element = h(
      ".field.wide.slots",
      { role: "group", "aria-label": words.fileSlots },
      h(".field-head", {}, h("span.field-label", { "aria-hidden": "true" }, words.fileSlots)),
      this.#filled,
      h(".slots-foot", {}, this.#button, this.#next),
      this.#why,
    );
    this.#show();
  }

  /** Put files into the next free options. */
  add(files) {
    const free = this.#free();
    for (const [index, option] of free.slice(0, files.length).entries()) {
      const item = new ChosenFile(this.#app, files[index], {
        caption: option.name,
        onremove: () => this.#remove(option),
      });
      this.#chosen.set(option.name, item);
    }
    this.refuse(files.length > free.length ? words.filesLeftOut(this.#options.length) : "");
    this.#show();
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** @returns {number} how many more files fit. */
  get room() {
    return this.#free().length;
  }

  /** @returns {File[]} the chosen files, in the command's order. */
  get files() {
    return this.#options.map((option) => this.#chosen.get(option.name)?.file).filter(Boolean);
  }

  /** @returns {string} why the client does not send these, or nothing. */
  check() {
    const missing = this.#options.find((option) => option.required && !this.#chosen.has(option.name));
    if (missing) return `${missing.name}: ${words.isRequired}`;
    const bad = [...this.#chosen.values()].find((item) => item.refusal);
    return bad ? words.fileRefused(bad.name) : "";
  }

  refuse(sentence) {
    this.#why.textContent = sentence;
    this.#why.hidden = !sentence;
  }

  focus() {
    this.#button.querySelector("button").focus();
  }

  /** @returns {boolean} whether an option is one of these. */
  has(name) {
    return this.#options.some((option) => option.name === name);
  }

  /** @returns {Promise<Object<string, {file: string}>>} the options' values, when everything is uploaded. */
  async values() {
    const entries = [...this.#chosen];
    const ids = await uploaded(entries.map(([, item]) => item));
    return Object.fromEntries(entries.map(([name], index) => [name, { file: ids[index] }]));
  }

  /** Let go of all pictures. */
  forget() {
    for (const item of this.#chosen.values()) item.forget();
  }

  #free() {
    return this.#options.filter((option) => !this.#chosen.has(option.name));
  }

  #remove(option) {
    this.#chosen.get(option.name)?.forget();
    this.#chosen.delete(option.name);
    this.refuse("");
    this.#show();
    this.focus();
  }

  #show() {
    const free = this.#free();
    const rows = this.#options.map((option) => this.#chosen.get(option.name)?.element ?? emptySlot(option));
    // Replacing what is there already would make the pictures flicker.
    this.#filled.replaceChildren(...rows.filter(Boolean));
    this.#filled.hidden = this.#filled.children.length === 0;
    this.#button.hidden = free.length === 0;
    this.#next.textContent = free.length ? words.nextFile(free[0].name, free[0].description) : "";
  }
}

function emptySlot(option) {
  if (!option.required) return null;
  return h(
    ".chip.empty",
    { role: "listitem" },
    h("span.chip-words", {}, h("span.chip-caption", {}, option.name), h("span.chip-note", {}, words.slotEmpty)),
  );
}
