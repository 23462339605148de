// The channel in the middle: its header, what holds there, its messages or posts, and the place to write.

import { firstChannel } from "./channels.js";
import { composer } from "../writing/composer.js";
import { fill, h } from "../core/dom.js";
import { emptyState } from "./empty_state.js";
import { forumPosts } from "./forum.js";
import { icon } from "../controls/icons.js";
import { messageList } from "../messages/message_list.js";
import { threadActions } from "../deeds/message_menu.js";
import { words } from "../words.js";

const PATIENCE = 800;

/**
 * Make the channel's column.
 *
 * @param {object} app
 * @param {{channels: HTMLElement, panel: HTMLElement}} openers the buttons that open what is beside it.
 * @returns {HTMLElement} the <main>.
 */
export function channelView(app, openers) {
  const shown = () => app.store.get(`channel:${app.view.channel}`);
  const title = h(".title");
  const heading = h("h2.visually-hidden");
  const banner = h(".banners");
  const nothing = h(".nothing");
  const messages = messageList(app, (channel) => beginning(channel));
  const posts = forumPosts(app);
  const write = composer(app);
  const lost = h(".lost", { role: "status" });
  let person = null;
  const element = h(
    "main.channel",
    {},
    h("header.channel-header", {}, openers.channels, title, threadActions(app, shown), openers.panel),
    lost,
    banner,
    nothing,
    heading,
    messages,
    posts,
    write,
  );

  function show() {
    const channel = shown();
    const me = app.store.get("me");
    if (me && (me.id !== person || !app.view.channel)) {
      person = me.id;
      // An address from another day, or a conversation of whom one was before, leads nowhere: begin at the beginning.
      const first = channel ? null : firstChannel(app);
      if (first) return app.view.show(first);
    }
    const forum = channel?.kind === "forum";
    messages.hidden = !channel || forum;
    heading.textContent = forum ? words.posts(channel.name) : words.messages;
    heading.hidden = !channel;
    nothing.hidden = Boolean(channel);
    fill(title, channel ? titleOf(app, channel) : h("h1", {}, me ? words.goneChannel.title : words.app));
    fill(banner, channel ? bannersOf(channel) : null);
    fill(nothing, me ? goneState(app) : h("p.connecting", { role: "status" }, words.connecting));
    document.title = channel ? `${prefix(channel)}${channel.name} · ${words.app}` : words.app;
    return undefined;
  }

  let timer = 0;
  function showConnection() {
    clearTimeout(timer);
    if (app.connection.open) fill(lost);
    // Becoming another person cuts it for a moment, and before the first snapshot it is not lost but on its way.
    else if (app.store.get("me")) timer = setTimeout(() => fill(lost, icon("warning"), words.lost), PATIENCE);
  }

  app.store.watch(["channel", "me", "guild"], show);
  app.view.addEventListener("channel", show);
  app.connection.addEventListener("state", showConnection);
  show();
  return element;
}

function titleOf(app, channel) {
  const parent = channel.parent && app.store.get(`channel:${channel.parent}`);
  const where = parent
    ? h(
        "p.where",
        {},
        channel.kind === "post" ? words.postIn : words.threadIn,
        " ",
        h("a", { href: `#/channels/${parent.id}` }, `#${parent.name}`),
      )
    : null;
  return [
    icon(channel.kind),
    h(".title-text", {}, h("h1", {}, channel.name), where, channel.note ? h("p.note", {}, channel.note) : null),
  ];
}

function bannersOf(channel) {
  const post = channel.kind === "post";
  if (channel.locked) return h("p.banner", {}, icon("lock"), post ? words.lockedPostBanner : words.lockedBanner);
  if (channel.archived)
    return h("p.banner", {}, icon("archive"), post ? words.archivedPostBanner : words.archivedBanner);
  return null;
}

function beginning(channel) {
  if (channel.last) return null;
  const { title, text } =
    { dm: words.emptyDirect, thread: words.emptyThread, post: words.emptyThread }[channel.kind] ?? words.emptyChannel;
  return emptyState(channel.kind, title, text(`${prefix(channel)}${channel.name}`));
}

function goneState(app) {
  return emptyState("info", words.goneChannel.title, firstChannel(app) ? words.goneChannel.text : words.noChannels);
}

function prefix(channel) {
  return channel.kind === "text" || channel.kind === "forum" ? "#" : "";
}
