// Modals: forms that the bot opens as its answer to an interaction.

import { Refused } from "../core/connection.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { takesPastes } from "../writing/dropping.js";
import { returnFocus } from "../controls/focus.js";
import { freshId } from "../core/ids.js";
import { settled } from "../deeds/interactions.js";
import { modalField } from "./modal_fields.js";
import { words } from "../words_of_deeds.js";

const Type = { ACTION_ROW: 1, TEXT_DISPLAY: 10, LABEL: 18 };

/**
 * Show the modals that the bot opens, one at a time.
 *
 * @param {object} app
 * @returns {HTMLElement} what the dialogs are put into.
 */
export function modals(app) {
  const element = h(".modals");
  let shown = null;
  // What is closed here is open for the sandbox for another moment.
  const left = new Set();

  function look() {
    if (shown) {
      shown.look();
      return;
    }
    const next = app.store.all("interaction").find((item) => item.state === "modal" && !left.has(item.id));
    if (!next) return;
    left.add(next.id);
    shown = new Modal(app, next, () => {
      shown = null;
      look();
    });
    element.append(shown.element);
    shown.open();
  }

  app.store.watch(["interaction"], look);
  look();
  return element;
}

class Modal {
  #app;
  #interaction;
  #fields = [];
  #onclosed;
  #before = document.activeElement;
  #why = h("p.dialog-refusal", { role: "alert", hidden: true });
  #submit = h("button.button.primary", { type: "submit" }, words.submit);
  #state = "open";
  #submission = null;

  constructor(app, interaction, onclosed) {
    this.#app = app;
    this.#interaction = interaction;
    this.#onclosed = onclosed;
    this.element = this.#make(interaction.modal);
  }

  open() {
    this.element.showModal();
    const first = this.#fields[0];
    if (first) first.focus();
  }

  /** Find out whether the form still stands. */
  look() {
    if (this.#state !== "open" || this.#app.store.get(`interaction:${this.#interaction.id}`)) return;
    this.#expire();
  }

  #make(modal) {
    const title = h("h2", { id: freshId("title") }, modal.title);
    const form = h(
      "form.dialog-form",
      { novalidate: true, autocomplete: "off" },
      h(
        ".dialog-head",
        {},
        h(".dialog-title", {}, title, h("p.dialog-from", {}, this.#app.store.get("app")?.name)),
        h(
          "button.icon-button",
          { type: "button", "aria-label": words.closeForm, onclick: () => this.#leave() },
          icon("close"),
        ),
      ),
      h(".dialog-body", {}, this.#parts(modal.components)),
      this.#why,
      h(
        ".dialog-foot",
        {},
        h("button.button", { type: "button", onclick: () => this.#leave() }, words.cancel),
        this.#submit,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    takesPastes(form, (files) => this.#fields.find((item) => item.addFiles)?.addFiles(files));
    const dialog = h("dialog.dialog.modal", { "aria-labelledby": title.id }, form);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave();
    });
    // Browsers may close it without asking first.
    dialog.addEventListener("close", () => this.#leave());
    // A file that misses its field must not make the browser leave the page.
    for (const name of ["dragover", "drop"]) dialog.addEventListener(name, (event) => event.preventDefault());
    return dialog;
  }

  #parts(components) {
    return components.map((component) => {
      switch (component.type) {
        case Type.LABEL:
          return this.#field(component.component, component.label, component.description);
        case Type.ACTION_ROW:
          return component.components.map((item) => this.#field(item, item.label));
        case Type.TEXT_DISPLAY:
          return h("p.dialog-text", {}, component.content);
        default:
          return null;
      }
    });
  }

  #field(component, label, description) {
    const settings = { label: label ?? component.custom_id, description, channel: this.#interaction.channel };
    const made = modalField(this.#app, component, settings);
    this.#fields.push(made);
    return made.element;
  }

  async #send() {
    if (!["open", "failed"].includes(this.#state) || !this.#check()) return;
    if (this.#state === "failed") this.#tellBot("dismiss", this.#submission);
    this.#to("sending");
    try {
      const entries = await Promise.all(this.#fields.map(async (item) => [item.customId, await item.value()]));
      const values = Object.fromEntries(entries.filter(([, value]) => value !== null));
      const interaction = this.#interaction.id;
      const answer = await this.#app.connection.act("submit_modal", { interaction, values });
      this.#submission = answer.interaction;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#to("open");
      this.#tell(error.message);
      return;
    }
    if ((await settled(this.#app, this.#submission)) !== "failed") return this.#close();
    // The bot did not answer; what was written must not be lost for that, and can be sent once more.
    this.#to("failed");
    this.#refuse(words.somethingWrong);
  }

  #check() {
    const bad = this.#fields.filter((item) => {
      const sentence = item.check();
      item.refuse(sentence);
      return sentence;
    });
    this.#refuse(bad.length ? words.formRefused : "");
    bad[0]?.focus();
    return bad.length === 0;
  }

  #tell(sentence) {
    const about = this.#fields.find((item) => [item.label, item.customId].some((name) => sentence.startsWith(`${name}`)));
    if (about) {
      about.refuse(sentence);
      about.focus();
    } else {
      this.#refuse(sentence);
    }
  }

  #refuse(sentence) {
    this.#why.textContent = sentence;
    this.#why.hidden = !sentence;
  }

  #to(state) {
    this.#state = state;
    const sending = state === "sending";
    this.#submit.textContent = sending ? words.submitting : words.submit;
    this.#submit.setAttribute("aria-disabled", String(!["open", "failed"].includes(state)));
    this.element.setAttribute("aria-busy", String(sending));
  }

  #expire() {
    this.#to("expired");
    this.#refuse(words.expired);
  }

  #leave() {
    const state = this.#state;
    if (state === "closed") return;
    this.#close();
    if (state === "failed") this.#tellBot("dismiss", this.#submission);
    if (["open", "failed"].includes(state)) this.#tellBot("close_modal", this.#interaction.id);
  }

  async #tellBot(act, interaction) {
    try {
      await this.#app.connection.act(act, { interaction });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // It was gone already, which is what was wanted.
    }
  }

  #close() {
    this.#state = "closed";
    for (const item of this.#fields) item.forget?.();
    // Not closed before: a dialog that closes gives the focus back by itself, but without the caret, and what one then
    // typed would go nowhere.
    this.element.remove();
    returnFocus(this.#before, document.querySelector(".composer textarea"));
    this.#onclosed();
  }
}
