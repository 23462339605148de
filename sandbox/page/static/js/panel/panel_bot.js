// The bot's process: how it is, and what can be done to it.

import { h } from "../core/dom.js";
import { tellRefusal } from "../controls/notices.js";
import { clockTime } from "../markdown/timestamps.js";
import { words } from "../words.js";

const ALIVE = new Set(["starting", "running"]);
const NEEDS_LIFE = { start: false, stop: true, restart: true, kill: true };
const STYLES = { kill: "danger" };
// The bot's own lines begin with the moment and the level; another bot's may look otherwise.
const LOGGED = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) \[(\w+) *\] +/;

/**
 * Make the bot's part of the panel.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function botPanel(app) {
  const light = h("span.light", { "aria-hidden": "true" });
  const state = h("span.bot-state");
  const detail = h("span.bot-detail");
  const line = h("p.bot-line", { role: "status" }, light, h("span", {}, state, detail));
  const buttons = new Map(Object.keys(words.controls).map((name) => [name, control(app, name)]));
  const controls = h(".bot-controls", { role: "group", "aria-label": words.bot }, [...buttons.values()]);
  const elsewhere = h("p.panel-hint", { hidden: true }, words.notControllable);
  const log = h("pre.log", { tabindex: 0, role: "region", "aria-label": words.log });
  const folded = h("details.more", {}, h("summary", {}, words.log), log);
  let last = "";

  function show() {
    const bot = app.store.get("bot");
    light.dataset.state = bot ? (bot.state === "running" && !bot.connected ? "starting" : bot.state) : "none";
    state.textContent = bot ? words.botStates[bot.state] : words.noBot;
    detail.textContent = bot && ALIVE.has(bot.state) ? details(bot) : "";
    controls.hidden = !bot?.controllable;
    elsewhere.hidden = !bot || bot.controllable;
    for (const [name, button] of buttons) button.disabled = !bot || NEEDS_LIFE[name] !== ALIVE.has(bot.state);
    showLog(bot?.log ?? []);
    // Why it ended stands there; whoever folds the log up again is left in peace.
    if (bot?.state === "ended" && last !== "ended") folded.open = true;
    last = bot?.state ?? "";
  }

  function showLog(lines) {
    const text = lines.map(shortened).join("\n") || words.noLog;
    if (log.textContent === text) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    log.textContent = text;
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  folded.addEventListener("toggle", () => (log.scrollTop = log.scrollHeight));
  app.store.watch(["bot"], show);
  show();
  return h("section.panel-section", {}, h("h3", {}, words.bot), line, controls, elsewhere, folded);
}

function details({ connected, pid }) {
  return [connected ? words.gateway : words.noGateway, pid ? words.process(pid) : ""]
    .filter(Boolean)
    .map((text) => ` · ${text}`)
    .join("");
}

function shortened(line) {
  return line.replace(LOGGED, (_, at, level) => `${clockTime(at)} ${level}  `);
}

function control(app, name) {
  async function press() {
    try {
      await app.connection.act("bot", { do: name });
    } catch (error) {
      tellRefusal(app, error);
    }
  }
  return h("button.button.small", { type: "button", class: STYLES[name] ?? "", onclick: press }, words.controls[name]);
}
