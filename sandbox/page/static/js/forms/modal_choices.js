// The fields of a modal in which one chooses: menus, radio buttons, tick boxes.

import { openChooser } from "../controls/chooser.js";
import { choices, valuesOf } from "../deeds/component_actions.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { field } from "../controls/field.js";
import { freshId } from "../core/ids.js";
import { words } from "../words_of_deeds.js";

/** Make the field of a select menu, of any of the five kinds. */
export function menuField(app, component, { label, description, channel, required }) {
  const { options, search, chosen: defaults } = choices(app, component, channel);
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  let chosen = defaults;
  const text = h("span.select-text");
  const button = h(
    "button.select-button",
    { type: "button", id: freshId("select"), "aria-haspopup": "dialog", "aria-expanded": "false", onclick: choose },
    text,
    icon("down"),
  );
  const { element, refuse } = field({ label, description, control: button, required, requiredWord: words.required });
  // A button is named by what is in it; here that is only its value.
  const caption = element.querySelector("label");
  text.id = freshId("value");
  button.setAttribute("aria-labelledby", `${caption.id} ${text.id}`);

  async function choose() {
    const picked = await openChooser({
      anchor: button,
      label,
      options,
      search,
      chosen,
      min: required ? Math.min(least, most) : 0,
      max: most,
    });
    if (picked === null) return;
    chosen = picked;
    refuse("");
    show();
  }

  function show() {
    const none = component.placeholder || words.selectMenu;
    text.textContent = chosen.length ? chosen.map((option) => option.label).join(", ") : none;
    text.classList.toggle("placeholder", chosen.length === 0);
  }

  show();
  return {
    element,
    refuse,
    value: () => valuesOf(component, chosen),
    focus: () => button.focus(),
    check: () => counted(chosen.length, least, most, required),
  };
}

/** Make a group of radio buttons or of tick boxes. */
export function boxesField(component, { label, description, required, type }) {
  const several = type === "checkbox";
  const options = component.options ?? [];
  const name = freshId("boxes");
  const inputs = options.map((option) =>
    h("input", { type, name, id: freshId("box"), value: option.value, checked: Boolean(option.default) }),
  );
  const rows = options.map((option, index) => {
    const note = option.description && h("span.box-description", { id: freshId("note") }, option.description);
    if (note) inputs[index].setAttribute("aria-describedby", note.id);
    return h(".box", {}, inputs[index], h("label", { for: inputs[index].id }, option.label), note);
  });
  const control = h(".boxes", { role: several ? "group" : "radiogroup" }, rows);
  const { element, refuse } = field({ label, description, control, required, requiredWord: words.required, group: true });
  control.addEventListener("change", () => refuse(""));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    element,
    refuse,
    value: () => (several ? chosen() : (chosen()[0] ?? null)),
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
    check() {
      const most = several ? (component.max_values ?? options.length) : 1;
      const least = several ? (component.min_values ?? 1) : 1;
      return counted(chosen().length, least, most, required);
    },
  };
}

/** Make a single tick box. */
export function checkboxField(component, { label, description }) {
  const input = h("input", { type: "checkbox", id: freshId("box"), checked: Boolean(component.default) });
  const note = description && h("span.box-description", { id: freshId("note") }, description);
  if (note) input.setAttribute("aria-describedby", note.id);
  const element = h(".field", {}, h(".box", {}, input, h("label", { for: input.id }, label), note));
  return { element, refuse: () => {}, value: () => input.checked, focus: () => input.focus(), check: () => "" };
}

function counted(number, least, most, required) {
  if (number === 0 && !required) return "";
  const fewest = required ? Math.max(1, least) : least;
  if (number < fewest) return number === 0 && fewest === 1 ? words.fieldRequired : words.chooseAtLeast(fewest);
  return number > most ? words.chooseAtMost(most) : "";
}
