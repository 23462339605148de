// Short notices in a corner: what was refused, and small confirmations. They never take the focus.

import { h } from "../core/dom.js";
import { icon } from "./deed_icons.js";
import { Refused } from "../core/connection.js";
import { words } from "../words_of_deeds.js";

const SECONDS = { info: 6, refused: 14 };
const MOST = 4;

/**
 * Make the place where notices appear; it has `tell(text, kind)`, and becomes `app.notices` where there is none.
 *
 * @param {object} app
 * @returns {HTMLElement & {tell: (text: string, kind?: "refused" | "info") => void}}
 */
export function notices(app) {
  // Readers only speak what comes into a region that was there before.
  const regions = {
    refused: h(".notice-region", { role: "alert" }),
    info: h(".notice-region", { role: "status" }),
  };
  const element = h(".notices", {}, regions.refused, regions.info);

  function tell(text, kind = "info") {
    const region = regions[kind] ?? regions.info;
    for (const old of [...region.children]) if (old.dataset.text === text) old.remove();
    region.append(notice(text, kind));
    while (region.children.length > MOST) region.firstElementChild.remove();
  }

  element.tell = tell;
  app.notices ??= element;
  return element;
}

/**
 * Tell why something could not be done; what is no refusal is a mistake of this page and goes on.
 *
 * @param {object} app
 * @param {unknown} error
 */
export function tellRefusal(app, error) {
  if (!(error instanceof Refused)) throw error;
  app.notices.tell(error.message, "refused");
}

function notice(text, kind) {
  const close = h("button.icon-button", { type: "button", "aria-label": words.dismiss }, icon("close"));
  const element = h(".notice", { class: kind, dataset: { text } }, h("p", {}, text), close);
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => element.remove(), SECONDS[kind] * 1000);
  };
  const hold = () => clearTimeout(timer);
  close.addEventListener("click", () => element.remove());
  // Who reads it, or is about to press its button, has as long as it takes.
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", start);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", start);
  start();
  return element;
}
