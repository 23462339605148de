// What the bot has asked of Discord and of the API.

import { h } from "../core/dom.js";
import { clockTime } from "../markdown/timestamps.js";
import { words } from "../words.js";

/**
 * Make the list of requests, the latest first.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function trafficPanel(app) {
  const none = h("p.none", {}, words.noTraffic);
  const list = h("ol.traffic", { reversed: true, tabindex: 0, "aria-label": words.traffic });
  const folded = h("details.more", {}, h("summary", {}, words.traffic), none, list);
  let dirty = true;

  function show() {
    dirty = true;
    // Forty rows at every request are not worth the work while nobody looks.
    if (!folded.open) return;
    dirty = false;
    const traffic = app.store.get("traffic") ?? [];
    none.hidden = traffic.length > 0;
    list.hidden = traffic.length === 0;
    list.replaceChildren(...[...traffic].reverse().map(row));
  }

  folded.addEventListener("toggle", () => dirty && show());
  app.store.watch(["traffic"], show);
  return h("section.panel-section", {}, h("h3", {}, words.trafficHeading), folded);
}

function row({ at, to, method, path, status }) {
  const trouble = status === null || status >= 400;
  return h(
    "li.request",
    {},
    h("time", { datetime: at }, clockTime(at)),
    h("span.request-to", { class: to }, words.sides[to] ?? to),
    h("span.request-status", { class: trouble ? "trouble" : "" }, status ?? words.noStatus),
    h("code", {}, h("b", {}, method), " ", path),
  );
}
