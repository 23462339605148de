// The right column: the other half of what one sees in the channel.

import { h } from "../core/dom.js";
import { botPanel } from "./panel_bot.js";
import { faultsPanel } from "./panel_faults.js";
import { ledgerPanel } from "./panel_ledger.js";
import { tasksPanel } from "./panel_tasks.js";
import { trafficPanel } from "./panel_traffic.js";
import { words } from "../words.js";

/**
 * Make the side panel.
 *
 * @param {object} app
 * @param {HTMLElement} closer the button that closes it where it is a drawer.
 * @returns {HTMLElement} the <aside>.
 */
export function panel(app, closer) {
  return h(
    "aside.panel",
    { id: "panel", "aria-label": words.panel },
    h(".panel-head", {}, h("h2", {}, words.panel), closer),
    h(
      ".panel-body",
      {},
      h("p.panel-intro", {}, words.panelIntro),
      tasksPanel(app),
      ledgerPanel(app),
      faultsPanel(app),
      botPanel(app),
      trafficPanel(app),
    ),
  );
}
