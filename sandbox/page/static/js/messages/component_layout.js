// Components V2, which lay a whole message out: https://discord.com/developers/docs/components/reference

import { fileCard, gallery } from "./attachments.js";
import { TYPE, actionRow, control } from "./components.js";
import { h } from "../core/dom.js";
import { hex } from "./embeds.js";
import { markdown } from "../markdown/markdown.js";
import { picture } from "./media.js";
import { words } from "../words.js";

const THUMBNAIL = [88, 88];
const DEEPEST = 4;

/**
 * Show components of either generation.
 *
 * @param {object} app
 * @param {object} message the one they belong to.
 * @param {object[]} components Discord's component objects.
 * @param {import("../markdown/markdown.js").Names} names
 * @param {Set<string>} busy custom ids whose interaction waits for the bot.
 * @returns {HTMLElement[]}
 */
export function layout(app, message, components, names, busy) {
  const context = { app, message, names, busy };
  return components.map((component) => element(component, context, 0));
}

function element(component, context, depth) {
  const { app, message, names, busy } = context;
  if (depth > DEEPEST) return null;
  switch (component.type) {
    case TYPE.row:
      return actionRow(app, message, component, busy);
    case TYPE.section:
      return section(component, context);
    case TYPE.text:
      return markdown(component.content ?? "", names);
    case TYPE.gallery:
      return gallery((component.items ?? []).map(mediaItem));
    case TYPE.file:
      return fileCard({
        url: component.file?.url ?? "",
        name: component.name || nameIn(component.file?.url),
        size: component.size,
      });
    case TYPE.separator:
      return separator(component);
    case TYPE.container:
      return container(component, context, depth);
    default:
      return h("p.unsupported", {}, words.unsupported);
  }
}

function section({ components, accessory }, { app, message, names, busy }) {
  const texts = (components ?? []).map((item) => markdown(item.content ?? "", names));
  return h(".section", {}, h(".section-text", {}, texts), accessory && h(".section-accessory", {}, beside(accessory)));

  function beside(item) {
    if (item.type === TYPE.thumbnail) return picture([mediaItem(item)], 0, { within: THUMBNAIL });
    return control(app, message, item, busy);
  }
}

function separator({ divider, spacing }) {
  const size = spacing === 2 ? "large" : "small";
  return divider === false ? h(".separator.blank", { class: size }) : h("hr.separator", { class: size });
}

function container({ components, accent_color: accent, spoiler }, context, depth) {
  const content = (components ?? []).map((item) => element(item, context, depth + 1));
  const box = h(".container", {}, content);
  if (typeof accent === "number") box.style.setProperty("--bar", hex(accent));
  return spoiler ? concealed(box) : box;
}

function concealed(box) {
  box.inert = true;
  const cover = h("button.cover", { type: "button", "aria-label": words.spoiler }, words.spoilerPicture);
  const whole = h(".covered", {}, box, cover);
  cover.addEventListener("click", () => {
    box.inert = false;
    whole.replaceWith(box);
  });
  return whole;
}

function mediaItem(item) {
  const { url, width, height } = item.media ?? {};
  return { url: url ?? "", width, height, alt: item.description ?? "", name: nameIn(url), spoiler: item.spoiler };
}

function nameIn(url) {
  const path = url && URL.canParse(url, location.origin) ? new URL(url, location.origin).pathname : "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    // A lone percent sign stands for itself: addresses elsewhere may have any.
    return name;
  }
}
