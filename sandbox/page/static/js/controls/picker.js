// People, channels and roles to choose from.

import { combobox } from "./combobox.js";
import { h } from "../core/dom.js";
import { words } from "../words_of_deeds.js";

/** The kinds of Discord's select menus that offer more than fixed texts, by component type. */
export const ENTITY_SELECTS = { 5: "user", 6: "role", 7: "mentionable", 8: "channel" };

/** The kinds of command options that are picked, by option type. */
export const ENTITY_OPTIONS = { 6: "user", 7: "channel", 8: "role", 9: "mentionable" };

// https://discord.com/developers/docs/resources/channel#channel-object-channel-types
const CHANNEL_TYPES = { text: [0, 5], dm: [1, 3], thread: [10, 11, 12], post: [11], forum: [15] };
const CHANNEL_LEADS = { text: "#", forum: "▤", thread: "↳", post: "↳", dm: "@" };

/**
 * Find what can be picked.
 *
 * @param {object} app
 * @param {"user" | "role" | "mentionable" | "channel"} kind
 * @param {{channel?: string, types?: number[], text?: string}} where the channel one is in, the channel types that are
 *   wanted, and what was typed to find it.
 * @returns {import("./listbox.js").Option[]} with ids as values.
 */
export function entities(app, kind, { channel, types = [], text = "" }) {
  const found = [];
  if (kind === "user" || kind === "mentionable") found.push(...people(app));
  if (kind === "role" || kind === "mentionable") found.push(...roles(app, channel));
  if (kind === "channel") found.push(...channels(app, channel, types));
  const wanted = text.trim().replace(/^[@#]/, "").toLowerCase();
  return found.filter((item) => `${item.label} ${item.description}`.toLowerCase().includes(wanted));
}

function people(app) {
  return app.store
    .all("person")
    .map((person) => ({ value: person.id, label: person.display_name, description: person.name, lead: "@" }))
    .sort(byLabel);
}

function roles(app, channel) {
  const guild = app.store.get(`channel:${channel}`)?.guild;
  const known = new Map(
    app.store
      .all("role")
      .filter((role) => !role.guild || role.guild === guild)
      .map((role) => [role.id, role.name]),
  );
  // Roles that were mentioned are known by name as well.
  for (const message of app.store.all("message")) {
    const here = app.store.get(`channel:${message.seen?.channel}`)?.guild;
    if (here === guild) for (const [id, name] of Object.entries(message.seen?.mentions?.roles ?? {})) known.set(id, name);
  }
  return [...known].map(([value, label]) => ({ value, label, description: "", lead: "◆" })).sort(byLabel);
}

function channels(app, channel, types) {
  const guild = app.store.get(`channel:${channel}`)?.guild ?? null;
  return app.store
    .all("channel")
    .filter((item) => item.guild === guild)
    .filter((item) => !types?.length || CHANNEL_TYPES[item.kind]?.some((type) => types.includes(type)))
    .sort((one, other) => one.order - other.order)
    .map((item) => ({ value: item.id, label: item.name, description: "", lead: CHANNEL_LEADS[item.kind] }));
}

function byLabel(one, other) {
  return one.label.localeCompare(other.label);
}

/**
 * Make a field in which one of several things is found by typing and picked; nothing else can be entered.
 *
 * @param {HTMLInputElement} input
 * @param {{label: string, options: (text: string) => import("./listbox.js").Option[], onpick?: () => void}} settings
 * @returns {{picked: () => import("./listbox.js").Option | null, set: (option: object) => void}}
 */
export function picksOne(input, { label, options, onpick = () => {} }) {
  let picked = null;
  const set = (option) => {
    picked = option;
    input.value = option?.label ?? "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  combobox(input, {
    label,
    // With something picked everything is offered, to pick another one.
    load: (text) => options(picked && text === picked.label ? "" : text),
    onpick: (option) => {
      set(option);
      onpick();
    },
    empty: words.nothingFound,
    current: () => picked?.value,
  });
  input.addEventListener("input", () => {
    if (picked && input.value !== picked.label) picked = null;
  });
  // Whoever types a name in full has picked it.
  input.addEventListener("blur", () => {
    if (picked || !input.value.trim()) return;
    const wanted = input.value.trim().toLowerCase();
    const same = options(input.value).filter((option) => option.label.toLowerCase() === wanted);
    if (same.length === 1) set(same[0]);
  });
  return { picked: () => picked, set };
}

/** Make an input for {@link picksOne} and the suggestions of a bot. */
export function pickInput(id, props = {}) {
  return h("input.input", { type: "text", id, spellcheck: "false", ...props });
}
