// What became of one's interactions: those under way and those that the bot left unanswered.

import { fill, h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";
import { attempt } from "./message_deeds.js";
import { words } from "../words_of_deeds.js";

// The answer to an act may be here before the change that shows the interaction; an answered one is never shown.
const GRACE = 400;
const SLASH = 1;

/**
 * Make the rows at the end of the channel: "Sending …" and "The application did not respond".
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function pendingInteractions(app) {
  const element = h(".pending", { role: "status" });

  function show() {
    const rows = app.store.all("interaction").filter((item) => isShown(app, item));
    fill(
      element,
      rows.map((item) => row(app, item)),
    );
    element.hidden = rows.length === 0;
  }

  app.store.watch(["interaction", "message"], show);
  app.view.addEventListener("channel", show);
  show();
  return element;
}

/**
 * Wait for what becomes of an interaction.
 *
 * @param {object} app
 * @param {string} id
 * @returns {Promise<"done" | "modal" | "failed">}
 */
export function settled(app, id) {
  return new Promise((resolve) => {
    const key = `interaction:${id}`;
    let seen = false;
    let timer = 0;
    const look = () => {
      const item = app.store.get(key);
      if (item?.state === "waiting") seen = true;
      else if (item || seen) finish(item?.state ?? "done");
    };
    const stop = app.store.watch([key], look);
    function finish(state) {
      stop();
      clearTimeout(timer);
      resolve(state);
    }
    timer = setTimeout(() => seen || finish("done"), GRACE);
    look();
  });
}

function isShown(app, item) {
  if (item.channel !== app.view.channel || item.state === "modal") return false;
  // A message shows by itself what becomes of its buttons and menus.
  return item.kind !== "component" || !app.store.get(`message:${item.message}`);
}

function row(app, item) {
  const command = item.kind === "command" ? asTyped(app, item.name) : "";
  if (item.state === "waiting") {
    const text = item.kind === "modal_submit" ? words.sendingForm : words.sendingCommand(command);
    return h(".pending-row", {}, h("span.spinner", { "aria-hidden": "true" }), h("span", {}, text));
  }
  return h(
    ".pending-row.failed",
    {},
    icon("warning"),
    h("span", {}, command ? words.failedCommand(command) : words.failed),
    h(
      "button.button.quiet.small",
      { type: "button", onclick: () => attempt(app, "dismiss", { interaction: item.id }) },
      words.dismiss,
    ),
  );
}

function asTyped(app, name) {
  const [first] = name.split(" ");
  const typed = app.store.all("command").some((command) => (command.type ?? SLASH) === SLASH && command.name === first);
  return typed ? `/${name}` : name;
}
