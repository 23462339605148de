// A question before something that cannot be undone.

import { h } from "../core/dom.js";
import { returnFocus } from "./focus.js";
import { freshId } from "../core/ids.js";
import { words } from "../words_of_deeds.js";

/**
 * Ask; the focus is on the harmless answer.
 *
 * @param {{title: string, question: string, yes: string, quote?: string}} settings
 * @returns {Promise<boolean>}
 */
export function confirm({ title, question, yes, quote = "" }) {
  const heading = h("h2", { id: freshId("title") }, title);
  const text = h("p", { id: freshId("question") }, question);
  const before = document.activeElement;
  const no = h("button.button", { type: "button", autofocus: true, onclick: () => dialog.close("") }, words.cancel);
  const sure = h("button.button.danger", { type: "button", onclick: () => dialog.close("yes") }, yes);
  const dialog = h(
    "dialog.dialog.confirm",
    { "aria-labelledby": heading.id, "aria-describedby": text.id },
    h(".dialog-head", {}, heading),
    h(".dialog-body", {}, text, quote && h("blockquote.confirm-quote", {}, quote)),
    h(".dialog-foot", {}, no, sure),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      returnFocus(before);
      resolve(dialog.returnValue === "yes");
    });
  });
}
