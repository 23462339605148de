// Suggestions that the bot gives while one types into an option.

import { combobox } from "../controls/combobox.js";
import { Refused } from "../core/connection.js";
import { words } from "../words_of_deeds.js";

const PAUSE = 150;

/**
 * Let the bot complete a field.
 *
 * @param {HTMLInputElement} input
 * @param {object} settings
 * @param {string} settings.label
 * @param {(text: string) => Promise<Array<{name: string, value: any}>>} settings.ask asks the bot.
 * @returns {{value: () => any}} the suggestion's value that was taken, or else the text as it stands.
 */
export function completes(input, { label, ask }) {
  let taken = null;
  let asked = 0;

  async function load(text) {
    const mine = ++asked;
    box.saysWaiting(words.loadingOptions);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    // Only the last thing typed is asked for, and only its answer counts: an older one may come later.
    if (mine !== asked) return null;
    try {
      const choices = await ask(taken && text === taken.label ? taken.value : text);
      if (mine !== asked) return null;
      return choices.map(({ name, value }) => ({ value, label: name }));
    } catch (error) {
      if (mine !== asked) return null;
      if (!(error instanceof Refused)) throw error;
      throw new Refused(words.optionsFailed, { cause: error });
    }
  }

  const box = combobox(input, {
    label,
    load,
    onpick(option) {
      taken = option;
      input.value = option.label;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    empty: words.noOptions,
    // One may mean what one typed: the suggestions restrict nothing.
    first: false,
  });
  input.addEventListener("input", () => {
    if (taken && input.value !== taken.label) taken = null;
  });
  return { value: () => (taken ? taken.value : input.value.trim()) };
}
