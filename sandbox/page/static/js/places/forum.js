// A forum: the list of its posts.

import { messagesOf, threadsOf } from "./channels.js";
import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { summary } from "../messages/message_parts.js";
import { avatar, nameOf } from "./people_views.js";
import { isPicture } from "../messages/attachments.js";
import { emptyState } from "./empty_state.js";
import { isOurs } from "../messages/media.js";
import { timestamp } from "../markdown/timestamps.js";
import { words } from "../words.js";

// The first 42 bits of a snowflake are milliseconds since 2015: https://discord.com/developers/docs/reference#snowflakes
const EPOCH = 1_420_070_400_000n;

/**
 * Make the list of a forum's posts.
 *
 * @param {object} app
 * @returns {HTMLElement} empty while no forum is shown.
 */
export function forumPosts(app) {
  const element = h("section.forum", { hidden: true });
  let drawn = "";

  function show() {
    const forum = app.store.get(`channel:${app.view.channel}`);
    element.hidden = forum?.kind !== "forum";
    if (element.hidden) {
      element.replaceChildren();
      drawn = "";
      return;
    }
    const posts = threadsOf(app, forum.id);
    const first = posts.map((post) => messagesOf(app, post.id)[0] ?? null);
    const signature = JSON.stringify([forum, posts, first, app.store.all("person")]);
    if (signature === drawn) return;
    drawn = signature;
    element.setAttribute("aria-label", words.posts(forum.name));
    const back = document.activeElement?.dataset?.post;
    element.replaceChildren(
      posts.length
        ? h(
            "ul.posts",
            {},
            posts.map((post, index) => h("li", {}, card(app, post, first[index]))),
          )
        : emptyState("forum", words.emptyForum.title, words.emptyForum.text),
    );
    if (back) element.querySelector(`[data-post="${back}"]`)?.focus({ preventScroll: true });
  }

  app.store.watch(["channel", "message", "person"], show);
  app.view.addEventListener("channel", show);
  show();
  return element;
}

function card(app, post, first) {
  const image = first?.attachments?.find((item) => isPicture(item) && isOurs(item.url));
  const who = first && nameOf(app, first.author);
  const seconds = Number((BigInt(post.last ?? post.id) >> 22n) + EPOCH) / 1000;
  const text = h(
    ".post-text",
    {},
    h("span.post-name", {}, post.name),
    first &&
      h(
        "span.post-first",
        {},
        avatar(who, "small"),
        h("span.author", {}, who),
        h("span.reply-text", {}, summary(app, first)),
      ),
    h(
      "span.post-facts",
      {},
      words.postCount(post.message_count ?? 0),
      " · ",
      timestamp(seconds, "R"),
      post.archived ? ` · ${words.archivedMark}` : "",
      post.locked ? icon("lock") : null,
    ),
  );
  // What it shows is said in the post itself; here it would only lengthen the link's name.
  const thumbnail =
    image &&
    h("img.post-image", { src: image.url, alt: "", width: 72, height: 72, loading: "lazy", decoding: "async" });
  return h("a.post", { href: `#/channels/${post.id}`, dataset: { post: post.id } }, text, thumbnail);
}
