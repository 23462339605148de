// One field for each kind of option of a slash command.

import { completes } from "./autocomplete.js";
import { OptionType, readValue, refusal } from "./command_checks.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { field } from "../controls/field.js";
import { grows } from "../controls/growing.js";
import { freshId } from "../core/ids.js";
import { ENTITY_OPTIONS, entities, pickInput, picksOne } from "../controls/picker.js";
import { words } from "../words_of_deeds.js";

const SHORT = 100;

/**
 * @typedef {object} OptionField
 * @property {object} option Discord's option object.
 * @property {HTMLElement} element
 * @property {() => any} value as an act takes it; undefined when there is none.
 * @property {() => string} check why the client does not take it, or nothing.
 * @property {(sentence: string) => void} refuse
 * @property {() => void} focus
 * @property {() => boolean} isEmpty
 */

/**
 * Make the field of an option that is not an attachment.
 *
 * @param {object} app
 * @param {object} option Discord's option object.
 * @param {object} context
 * @param {string} context.channel where the command is used.
 * @param {(name: string, text: any) => Promise<Array<{name: string, value: any}>>} context.ask lets the bot complete.
 * @param {(() => void) | null} context.onremove takes an optional one away.
 * @returns {OptionField}
 */
export function optionField(app, option, context) {
  const id = freshId("option");
  const control = controlOf(app, option, context, id);
  const remove =
    context.onremove &&
    h(
      "button.icon-button.tiny",
      { type: "button", "aria-label": words.removeOption(option.name), onclick: context.onremove },
      icon("close"),
    );
  const { element, refuse } = field({
    label: option.name,
    control: control.input,
    description: option.description,
    required: option.required,
    requiredWord: words.required,
    beside: remove,
    look: control.wide ? "wide" : "",
  });
  control.input.addEventListener("input", () => refuse(""));
  control.input.addEventListener("change", () => refuse(""));
  control.input.addEventListener("keydown", (event) => {
    if (event.key !== "Backspace" || control.input.value !== "" || !context.onremove) return;
    event.preventDefault();
    context.onremove();
  });
  return {
    option,
    element,
    refuse,
    value: control.value,
    check: control.check,
    focus: () => control.input.focus(),
    isEmpty: () => control.input.value === "",
  };
}

function controlOf(app, option, context, id) {
  if (option.choices?.length) return pickControl(option, id, (text) => matching(choicesOf(option), text));
  if (option.type === OptionType.BOOLEAN) return pickControl(option, id, (text) => matching(BOOLEANS, text));
  if (option.type in ENTITY_OPTIONS) return entityControl(app, option, context, id);
  if (option.autocomplete) return completedControl(option, context, id);
  const long = option.type === OptionType.STRING && (option.max_length ?? Infinity) > SHORT;
  return long ? areaControl(option, id) : inputControl(option, id);
}

const BOOLEANS = [
  { value: true, label: words.yes },
  { value: false, label: words.no },
];

function choicesOf(option) {
  return option.choices.map(({ name, value }) => ({ value, label: String(name) }));
}

function matching(options, text) {
  const wanted = text.trim().toLowerCase();
  return options.filter((item) => item.label.toLowerCase().includes(wanted));
}

function pickControl(option, id, options, wrap = (value) => value) {
  const input = pickInput(id, { "aria-required": option.required ? "true" : null });
  const { picked } = picksOne(input, { label: words.choices(option.name), options });
  return {
    input,
    value: () => (picked() ? wrap(picked().value) : undefined),
    check() {
      if (picked()) return "";
      if (input.value.trim()) return words.notOffered;
      return option.required ? words.isRequired : "";
    },
  };
}

function entityControl(app, option, { channel }, id) {
  const kind = ENTITY_OPTIONS[option.type];
  const options = (text) => entities(app, kind, { channel, types: option.channel_types, text });
  return pickControl(option, id, options, (value) => ({ id: value }));
}

function completedControl(option, { ask }, id) {
  const input = pickInput(id, { "aria-required": option.required ? "true" : null });
  const { value } = completes(input, { label: words.choices(option.name), ask: (text) => ask(option.name, text) });
  return { input, value: () => readValue(option, value()), check: () => refusal(option, value()) };
}

function inputControl(option, id) {
  const numeric = { [OptionType.INTEGER]: "numeric", [OptionType.NUMBER]: "decimal" }[option.type];
  const input = h("input.input", {
    id,
    type: "text",
    inputmode: numeric ?? null,
    autocomplete: "off",
    "aria-required": option.required ? "true" : null,
  });
  return typedControl(option, input);
}

function areaControl(option, id) {
  const area = h("textarea.input", { id, rows: 1, "aria-required": option.required ? "true" : null });
  grows(area);
  return { ...typedControl(option, area), wide: true };
}

function typedControl(option, input) {
  return { input, value: () => readValue(option, input.value), check: () => refusal(option, input.value) };
}
