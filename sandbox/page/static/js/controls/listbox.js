// A list of which one thing, or several, are chosen by arrows, Enter or the pointer.

import { fill, h } from "../core/dom.js";
import { icon } from "./deed_icons.js";
import { freshId } from "../core/ids.js";

/**
 * @typedef {object} Option
 * @property {any} value
 * @property {string} label
 * @property {string} [description]
 * @property {string} [lead] a character or two that stand before the label.
 * @property {boolean} [disabled]
 */

export class Listbox {
  #options = [];
  #items = [];
  #active = -1;
  #holder = null;

  /**
   * @param {object} settings
   * @param {string} settings.label its name.
   * @param {(option: Option) => void} settings.onpick
   * @param {boolean} [settings.multiple] whether several are chosen; each then shows whether it is.
   * @param {(option: Option) => boolean} [settings.isChosen] tells which are; by default the active one is.
   */
  constructor({ label, onpick, multiple = false, isChosen = null }) {
    this.onpick = onpick;
    this.isChosen = isChosen;
    this.element = h(".listbox", { role: "listbox", id: freshId("list"), "aria-label": label });
    if (multiple) this.element.setAttribute("aria-multiselectable", "true");
  }

  /** Have an element that keeps the focus say which option is the active one. */
  heldBy(holder) {
    this.#holder = holder;
    holder.setAttribute("aria-controls", this.element.id);
  }

  /** @returns {Option | null} the option that Enter takes. */
  get active() {
    return this.#options[this.#active] ?? null;
  }

  get options() {
    return this.#options;
  }

  /** Show other options; the first that can be taken becomes active, or none where `active` is -1. */
  show(options, active = 0) {
    this.#options = options;
    this.#items = options.map((option, index) => this.#item(option, index));
    fill(this.element, this.#items);
    this.activate(active < 0 ? -1 : this.#next(active - 1, 1));
  }

  /** Show anew which options are chosen and which can be. */
  refresh() {
    const active = this.#active;
    this.show(this.#options, -1);
    this.activate(active);
  }

  /** Make an option the active one, by its index. */
  activate(index) {
    this.#active = index;
    for (const [position, item] of this.#items.entries()) {
      const active = position === index;
      item.classList.toggle("active", active);
      if (!this.isChosen) item.setAttribute("aria-selected", String(active));
      if (active) item.scrollIntoView({ block: "nearest" });
    }
    if (this.#items[index]) this.#holder?.setAttribute("aria-activedescendant", this.#items[index].id);
    else this.#holder?.removeAttribute("aria-activedescendant");
  }

  /** Let nothing point to the list any longer. */
  release() {
    this.#holder?.removeAttribute("aria-activedescendant");
    this.#holder?.removeAttribute("aria-controls");
  }

  /**
   * Move by a key.
   *
   * @param {KeyboardEvent} event
   * @param {{ends?: boolean}} [options] whether Home and End go to the ends; in a text they move the caret.
   * @returns {boolean} whether it was one of ours.
   */
  key(event, { ends = false } = {}) {
    const count = this.#options.length;
    const moves = {
      ArrowDown: () => this.#next(this.#active, 1),
      ArrowUp: () => this.#next(this.#active < 0 ? count : this.#active, -1),
      PageDown: () => this.#next(Math.min(this.#active + 7, count - 2), 1),
      PageUp: () => this.#next(Math.max(this.#active - 7, 1), -1),
      ...(ends ? { Home: () => this.#next(-1, 1), End: () => this.#next(count, -1) } : {}),
    };
    if (!moves[event.key] || count === 0 || event.altKey || event.ctrlKey || event.metaKey) return false;
    event.preventDefault();
    this.activate(moves[event.key]());
    return true;
  }

  #next(from, step) {
    const count = this.#options.length;
    for (let offset = 1; offset <= count; offset += 1) {
      const index = (from + step * offset + count * 2) % count;
      if (!this.#options[index].disabled) return index;
    }
    return -1;
  }

  #item(option, index) {
    const chosen = this.isChosen?.(option) ?? false;
    return h(
      ".option",
      {
        role: "option",
        id: freshId("option"),
        "aria-selected": String(chosen),
        "aria-disabled": option.disabled ? "true" : null,
        // The focus stays where one types.
        onpointerdown: (event) => event.preventDefault(),
        onpointermove: () => this.#active !== index && !option.disabled && this.activate(index),
        onclick: () => !option.disabled && this.onpick(option),
      },
      option.lead && h("span.option-lead", { "aria-hidden": "true" }, option.lead),
      h(
        "span.option-words",
        {},
        h("span.option-label", {}, option.label),
        option.description && h("span.option-description", {}, option.description),
      ),
      this.isChosen && h("span.option-tick", {}, chosen && icon("check")),
    );
  }
}
