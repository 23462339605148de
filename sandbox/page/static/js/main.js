// Puts the page together.

import { channelView } from "./places/channel_view.js";
import { Connection } from "./core/connection.js";
import { h } from "./core/dom.js";
import { drawers } from "./controls/drawers.js";
import { icon } from "./controls/icons.js";
import { modals } from "./forms/modal.js";
import { notices } from "./controls/notices.js";
import { panel } from "./panel/panel.js";
import { PERSON_KEY } from "./places/people.js";
import { sidebar } from "./places/sidebar.js";
import { Store } from "./core/store.js";
import { startTicking } from "./markdown/timestamps.js";
import { View } from "./core/view.js";
import { words } from "./words.js";

const store = new Store();
const app = {
  store,
  connection: new Connection(store, sessionStorage.getItem(PERSON_KEY)),
  view: new View(),
  notices: null,
};
app.notices = notices(app);

const openers = { channels: iconButton("menu", words.channelsOpen), panel: iconButton("panel", words.panel) };
const closers = { channels: iconButton("close", words.channelsClose), panel: iconButton("close", words.panelClose) };
const nav = sidebar(app, closers.channels);
const aside = panel(app, closers.panel);
const main = channelView(app, openers);
const shell = h(".shell", {}, nav, main, aside);

document.body.replaceChildren(skipLink(), shell, modals(app), app.notices);
drawers(shell, [
  { element: nav, opener: openers.channels, closer: closers.channels, narrow: "(max-width: 640px)" },
  { element: aside, opener: openers.panel, closer: closers.panel, narrow: "(max-width: 900px)", key: "panel" },
]);
startTicking();

function iconButton(sign, label) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label }, icon(sign));
}

function skipLink() {
  const link = h("a.visually-hidden.skip", { href: "#messages" }, words.skip);
  link.addEventListener("click", (event) => {
    // The address says which channel is shown; it cannot also say where on the page one is.
    event.preventDefault();
    const target =
      document.querySelector("article.message[tabindex='0']") ?? document.querySelector("main a, main button");
    target?.focus();
  });
  return link;
}
