// The left column: servers with their channels and threads, direct messages, who one is, and the theme.

import { channelsWhere, threadsOf } from "./channels.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { peopleSwitch } from "./people.js";
import { avatar } from "./people_views.js";
import { themeSwitch } from "../theme_switch.js";
import { Unread } from "./unread.js";
import { words } from "../words.js";

/**
 * Make the left column.
 *
 * @param {object} app
 * @param {HTMLElement} closer the button that closes it where it is a drawer.
 * @returns {HTMLElement} the <nav>.
 */
export function sidebar(app, closer) {
  const unread = new Unread(app);
  const lists = h(".channel-lists");
  let drawn = "";
  const unfolded = new Set();

  function show() {
    const channels = app.store.all("channel");
    const news = channels.filter((channel) => unread.has(channel)).map((channel) => channel.id);
    const signature = JSON.stringify([app.store.all("guild"), channels.map(shape), news, app.view.channel]);
    if (signature === drawn) return;
    drawn = signature;
    const back = document.activeElement?.dataset?.channel;
    lists.replaceChildren(...groups());
    if (back) lists.querySelector(`[data-channel="${back}"]`)?.focus({ preventScroll: true });
  }

  function groups() {
    const guilds = app.store.all("guild").sort((one, other) => one.order - other.order);
    const direct = channelsWhere(app, (channel) => channel.kind === "dm");
    return [...guilds.map(guildGroup), direct.length ? group(words.direct, "", direct) : null].filter(Boolean);
  }

  function guildGroup(guild) {
    const channels = channelsWhere(app, (channel) => channel.guild === guild.id && !channel.parent);
    return group(guild.name, guild.has_bot ? "" : words.withoutBot, channels);
  }

  function group(name, note, channels) {
    return h(
      "section.channel-group",
      {},
      h("h2", {}, name),
      note ? h("p.group-note", {}, note) : null,
      h(
        "ul",
        {},
        channels.map((channel) => h("li", {}, link(channel), threads(channel))),
      ),
    );
  }

  function threads(channel) {
    const all = threadsOf(app, channel.id);
    const awake = all.filter((thread) => !thread.archived);
    const asleep = all.filter((thread) => thread.archived);
    return [
      awake.length
        ? h(
            "ul.threads",
            {},
            awake.map((thread) => h("li", {}, link(thread))),
          )
        : null,
      asleep.length ? folded(channel, asleep) : null,
    ];
  }

  function folded(channel, asleep) {
    const shown = unfolded.has(channel.id) || asleep.some((thread) => thread.id === app.view.channel);
    const label = channel.kind === "forum" ? words.archivedPosts : words.archived;
    const element = h(
      "details.archived",
      { open: shown },
      h("summary", {}, label(asleep.length)),
      h(
        "ul.threads",
        {},
        asleep.map((thread) => h("li", {}, link(thread))),
      ),
    );
    element.addEventListener("toggle", () => (element.open ? unfolded.add(channel.id) : unfolded.delete(channel.id)));
    return element;
  }

  /** The other one in a conversation, so that the colour is theirs. */
  function link(channel) {
    const here = channel.id === app.view.channel;
    const news = !here && unread.has(channel);
    return h(
      "a.channel-link",
      {
        href: `#/channels/${channel.id}`,
        "aria-current": here ? "page" : null,
        class: news ? "unread" : "",
        title: words.kinds[channel.kind],
        dataset: { channel: channel.id },
      },
      channel.kind === "dm" ? avatar(channel.name, "small") : icon(channel.kind),
      h("span.channel-name", {}, channel.name),
      channel.locked ? icon("lock") : null,
      news ? h("span.unread-mark", {}, h("span.visually-hidden", {}, words.unread)) : null,
    );
  }

  app.store.watch(["guild", "channel", "me"], show);
  app.view.addEventListener("channel", show);
  unread.addEventListener("change", show);
  show();
  const foot = h(".sidebar-foot", {}, peopleSwitch(app), themeSwitch());
  return h(
    "nav.sidebar",
    { id: "channels", "aria-label": words.channels },
    h(".sidebar-head", {}, h("p.app-name", {}, mark(), words.app), closer),
    lists,
    foot,
  );
}

function shape({ id, kind, name, guild, parent, order, archived, locked, last }) {
  return [id, kind, name, guild, parent, order, archived, locked, last];
}

function mark() {
  return h("span.app-mark", { "aria-hidden": "true" });
}
