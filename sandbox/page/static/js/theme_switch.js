// The choice between the system's theme, the light and the dark one.

import { h } from "./core/dom.js";
import { setTheme, theme } from "./theme.js";
import { words } from "./words.js";

/** @returns {HTMLElement} a group of radio buttons. */
export function themeSwitch() {
  const now = theme();
  const choices = Object.entries(words.themes).map(([name, label]) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name: "theme", value: name, checked: name === now, onchange: () => setTheme(name) }),
      h("span", {}, label),
    ),
  );
  return h("fieldset.theme-switch", {}, h("legend.visually-hidden", {}, words.theme), choices);
}
