// What fields of commands and forms have in common: a label, a description, and the reason of a refusal.

import { h } from "../core/dom.js";
import { freshId } from "../core/ids.js";

/**
 * Put a control into a field.
 *
 * @param {object} settings
 * @param {string} settings.label
 * @param {HTMLElement} settings.control what takes the focus; it is described by the field's words.
 * @param {Node} [settings.shown] what is shown for it, where that is more than the control.
 * @param {string} [settings.description]
 * @param {boolean} [settings.required]
 * @param {string} [settings.requiredWord] read out after the label.
 * @param {any} [settings.beside] what stands at the label's end.
 * @param {boolean} [settings.group] whether the control is a group, which a `label` cannot name.
 * @param {string} [settings.look] classes.
 * @returns {{element: HTMLElement, refuse: (sentence: string) => void}}
 */
export function field(settings) {
  const { label, control, shown = control, description = "", required = false, requiredWord = "", beside } = settings;
  const describedBy = [];
  control.id ||= freshId("control");
  const name = [
    label,
    required && h("span.field-required", { "aria-hidden": "true" }, " *"),
    required && requiredWord && h("span.visually-hidden", {}, ` (${requiredWord})`),
  ];
  const caption = settings.group
    ? h("span.field-label", { id: freshId("label") }, name)
    : h("label.field-label", { for: control.id, id: freshId("label") }, name);
  if (settings.group) control.setAttribute("aria-labelledby", caption.id);
  const words = description && h("p.field-description", { id: freshId("description") }, description);
  const why = h("p.field-refusal", { id: freshId("refusal"), hidden: true });
  if (words) describedBy.push(words.id);
  describedBy.push(why.id);
  control.setAttribute("aria-describedby", describedBy.join(" "));
  const element = h(".field", { class: settings.look ?? "" }, h(".field-head", {}, caption, beside), shown, why, words);
  // Its label and its words belong into view as well.
  element.addEventListener("focusin", () => element.scrollIntoView({ block: "nearest" }));

  function refuse(sentence) {
    why.textContent = sentence;
    why.hidden = !sentence;
    element.classList.toggle("refused", Boolean(sentence));
    if (settings.group) return;
    if (sentence) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  return { element, refuse };
}
