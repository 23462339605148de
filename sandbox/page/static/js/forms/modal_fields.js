// One field for each kind of input of a modal:
// https://discord.com/developers/docs/components/using-modal-components

import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { field } from "../controls/field.js";
import { takesDrops } from "../writing/dropping.js";
import { FileTray, fileButton, uploaded } from "../writing/files.js";
import { grows } from "../controls/growing.js";
import { freshId } from "../core/ids.js";
import { boxesField, checkboxField, menuField } from "./modal_choices.js";
import { words } from "../words_of_deeds.js";

const Type = { TEXT_INPUT: 4, FILE_UPLOAD: 19, RADIO_GROUP: 21, CHECKBOX_GROUP: 22, CHECKBOX: 23 };
const PARAGRAPH = 2;
const LONGEST = 4000;

/**
 * @typedef {object} ModalField
 * @property {string} customId
 * @property {HTMLElement} element
 * @property {() => any} value as the act takes it; a promise while files are on their way.
 * @property {() => string} check why Discord's client does not send it, or nothing.
 * @property {(sentence: string) => void} refuse
 * @property {() => void} focus
 * @property {string} label
 * @property {(files: File[]) => void} [addFiles]
 * @property {() => void} [forget] called when the form is closed.
 */

/**
 * Make the field of an input.
 *
 * @param {object} app
 * @param {object} component Discord's component object of the input.
 * @param {{label: string, description?: string, channel: string}} settings
 * @returns {ModalField}
 */
export function modalField(app, component, settings) {
  const make = MAKERS[component.type] ?? menuField;
  const made = make(app, component, { ...settings, required: isRequired(component) });
  return { customId: component.custom_id, label: settings.label, ...made };
}

const MAKERS = {
  [Type.TEXT_INPUT]: textField,
  [Type.FILE_UPLOAD]: fileField,
  [Type.RADIO_GROUP]: (app, component, settings) => boxesField(component, { ...settings, type: "radio" }),
  [Type.CHECKBOX_GROUP]: (app, component, settings) => boxesField(component, { ...settings, type: "checkbox" }),
  [Type.CHECKBOX]: (app, component, settings) => checkboxField(component, settings),
};

function isRequired(component) {
  return component.type !== Type.CHECKBOX && component.required !== false;
}

function textField(_app, component, { label, description, required }) {
  const most = component.max_length ?? LONGEST;
  const props = {
    id: freshId("text"),
    placeholder: component.placeholder || null,
    autocomplete: "off",
    "aria-required": required ? "true" : null,
  };
  const long = component.style === PARAGRAPH;
  const input = long ? h("textarea.input.paragraph", { ...props, rows: 3 }) : h("input.input", { ...props, type: "text" });
  input.value = component.value ?? "";
  if (long) grows(input);
  const counter = h("span.field-counter", { "aria-hidden": "true" });
  const { element, refuse } = field({ label, description, control: input, required, beside: counter });
  const count = () => {
    const length = [...input.value].length;
    counter.textContent = `${length} / ${most}`;
    counter.classList.toggle("over", length > most);
  };
  input.addEventListener("input", () => {
    count();
    refuse("");
  });
  count();
  return {
    element,
    refuse,
    value: () => input.value,
    focus: () => input.focus(),
    check() {
      const length = [...input.value].length;
      const least = component.min_length || (required ? 1 : 0);
      if (required && !input.value.trim()) return words.fieldRequired;
      if (length > 0 && length < least) return words.tooShort(least);
      return length > most ? words.tooLong(most, length) : "";
    },
  };
}

function fileField(app, component, { label, description, required }) {
  const most = component.max_values ?? 1;
  const least = required ? (component.min_values ?? 1) : (component.min_values ?? 0);
  const tray = new FileTray(app, {
    label,
    most,
    onchange: () => changed(),
    onrefuse: (sentence) => made.refuse(sentence),
  });
  const button = fileButton({ label: words.addFiles(most), text: words.addFiles(most), several: most > 1, onfiles: add });
  const count = h("span.field-counter", {}, words.fileCount(required ? Math.max(1, least) : 0, most));
  const control = h(
    ".file-field",
    { role: "group" },
    tray.element,
    h(".file-field-foot", {}, button, h("span.file-field-hint", { "aria-hidden": "true" }, icon("drop"), words.dropThere)),
  );
  const made = field({ label, description, control, required, beside: count, group: true });
  takesDrops(control, {
    label: () => words.dropThere,
    area: () => control.getBoundingClientRect(),
    host: () => control.closest("dialog"),
    onfiles: add,
  });

  function add(files) {
    made.refuse("");
    tray.add(files);
  }

  function changed() {
    const full = tray.chosen.length >= most;
    control.querySelector(".file-field-foot").hidden = full;
  }

  return {
    ...made,
    addFiles: add,
    forget: () => tray.chosen.forEach((item) => item.forget()),
    value: async () => (await uploaded(tray.chosen)).map((file) => ({ file })),
    focus: () => (control.querySelector("button:not([hidden])") ?? control).focus(),
    check() {
      const number = tray.chosen.length;
      const bad = tray.chosen.find((item) => item.refusal);
      if (bad) return words.fileRefused(bad.name);
      // What is not required may be left out, but not be begun.
      if (number < least && (required || number > 0)) return words.filesAtLeast(Math.max(1, least));
      return "";
    },
  };
}
