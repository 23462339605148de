// What was paid at the API.

import { fill, h } from "../core/dom.js";
import { clockTime } from "../markdown/timestamps.js";
import { count, words } from "../words.js";

/**
 * Make the ledger.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function ledgerPanel(app) {
  const sum = h("p.ledger-sum");
  const rows = h("tbody");
  const table = h("table.ledger", {}, h("caption.visually-hidden", {}, words.ledgerEntries), rows);
  const entries = h("details.more", {}, h("summary", {}, words.ledgerEntries), table);

  function show() {
    const ledger = app.store.get("ledger") ?? { requests: 0, images: 0, entries: [] };
    sum.classList.toggle("none", !ledger.requests);
    sum.textContent = ledger.requests ? words.ledgerSum(ledger.requests, ledger.images) : words.noLedger;
    entries.hidden = ledger.entries.length === 0;
    fill(rows, [...ledger.entries].reverse().map(row));
  }

  app.store.watch(["ledger"], show);
  show();
  return h("section.panel-section", {}, h("h3", {}, words.ledger), sum, entries);
}

function row({ task, at, images }) {
  return h(
    "tr",
    {},
    h("td", {}, h("time", { datetime: at }, clockTime(at))),
    h("td", {}, h("code.task-id", { title: task }, task)),
    h("td", {}, count(images, "picture")),
  );
}
