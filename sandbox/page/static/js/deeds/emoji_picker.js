// A few emoji to react with, and a field for any other.

import { h } from "../core/dom.js";
import { returnFocus } from "../controls/focus.js";
import { openPopup } from "../controls/popup.js";
import { words } from "../words_of_deeds.js";

const COLUMNS = 6;
const EMOJI = [
  ["👍", "thumbs up"], ["👎", "thumbs down"], ["❤️", "red heart"], ["😂", "tears of joy"], ["😮", "astonished"], ["😢", "crying"],
  ["🎉", "party popper"], ["🔥", "fire"], ["👀", "eyes"], ["✅", "check mark"], ["❌", "cross mark"], ["⭐", "star"],
  ["🙏", "folded hands"], ["👏", "clapping hands"], ["🤔", "thinking"], ["😍", "heart eyes"], ["🚀", "rocket"], ["💡", "light bulb"],
  ["🎨", "palette"], ["🖼️", "framed picture"], ["📷", "camera"], ["🔁", "repeat"], ["🗑️", "wastebasket"], ["☕", "hot beverage"],
];

/**
 * Let a person pick an emoji.
 *
 * @param {HTMLElement} anchor what it hangs on; it gets the focus back.
 * @param {(emoji: string) => void} onpick
 */
export function pickEmoji(anchor, onpick) {
  const buttons = EMOJI.map(([emoji, name], index) =>
    h("button.emoji", { type: "button", "aria-label": name, title: name, tabindex: index ? -1 : 0, onclick: () => take(emoji) }, emoji),
  );
  const input = h("input.input", { type: "text", "aria-label": words.anyEmoji, placeholder: words.anyEmoji, maxlength: 80, autocomplete: "off" });
  const other = h("form.emoji-other", {}, input, h("button.button.small", { type: "submit" }, words.add));
  const grid = h(".emoji-grid", { role: "group", "aria-label": words.emoji }, buttons);
  const element = h(".emoji-picker", { role: "dialog", "aria-label": words.addReaction }, grid, other);
  const popup = openPopup(anchor, element, {
    side: "above",
    onclose(reason) {
      anchor.removeAttribute("aria-expanded");
      if (reason !== "outside") returnFocus(anchor);
    },
  });
  anchor.setAttribute("aria-expanded", "true");

  function take(emoji) {
    popup.close();
    onpick(emoji);
  }

  other.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) take(input.value.trim());
  });
  grid.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS, Home: -at, End: buttons.length - 1 - at };
    const to = at + steps[event.key];
    if (at < 0 || !buttons[to]) return;
    event.preventDefault();
    buttons[at].tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus();
  });
  buttons[0].focus();
}
