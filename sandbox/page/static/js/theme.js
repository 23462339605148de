// The theme, set before anything is painted.

const KEY = "theme";
const THEMES = ["system", "light", "dark"];

/** @returns {"system" | "light" | "dark"} the one that was chosen. */
export function theme() {
  const chosen = localStorage.getItem(KEY);
  return THEMES.includes(chosen) ? chosen : "system";
}

/** Choose a theme, for this and every later visit. */
export function setTheme(name) {
  localStorage.setItem(KEY, name);
  document.documentElement.dataset.theme = name;
}

document.documentElement.dataset.theme = theme();
