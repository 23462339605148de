// What becomes of a pressed button and of a menu chosen in: an interaction, which the store tells the fate of.

import { openChooser } from "../controls/chooser.js";
import { settled } from "./interactions.js";
import { tellRefusal } from "../controls/notices.js";
import { ENTITY_SELECTS, entities } from "../controls/picker.js";
import { words } from "../words_of_deeds.js";

const BUTTON_LINK = 5;

/**
 * Tell whether a component's interaction still waits for the bot; the button is shown as busy then.
 *
 * @param {object} app
 * @param {object} message
 * @param {string} customId of the button or menu.
 * @returns {boolean}
 */
function isWaiting(app, message, customId) {
  return app.store
    .all("interaction")
    .some((item) => item.state === "waiting" && item.message === message.id && item.custom_id === customId);
}

/**
 * Press a button of a message. What Discord refuses is told as a notice; presses while it waits are ignored.
 *
 * @param {object} app
 * @param {object} message Discord's message object.
 * @param {object} component Discord's button object.
 * @param {HTMLElement} [element] the button, marked with aria-busy meanwhile; without it, the focused one.
 * @returns {Promise<void>} fulfilled when the bot has answered, or failed to.
 */
export async function pressButton(app, message, component, element = focused()) {
  if (component.style === BUTTON_LINK) {
    window.open(component.url, "_blank", "noopener,noreferrer");
    return;
  }
  if (isWaiting(app, message, component.custom_id) || element?.getAttribute("aria-busy") === "true") return;
  await busy(app, element, "click", { message: message.id, custom_id: component.custom_id });
}

/**
 * Open a select menu of a message, let the person choose, and tell the bot.
 *
 * @param {object} app
 * @param {object} message Discord's message object.
 * @param {object} component Discord's select object, of any of the five kinds.
 * @param {HTMLElement} [anchor] what the choices hang on; without it, the focused element.
 * @returns {Promise<void>} fulfilled when nothing was chosen, or the bot has answered or failed to.
 */
export async function chooseInSelect(app, message, component, anchor = focused()) {
  if (component.disabled || !anchor || isWaiting(app, message, component.custom_id)) return;
  const values = await chooseValues(app, component, message.seen?.channel, { anchor });
  if (values === null) return;
  await busy(app, anchor, "select", { message: message.id, custom_id: component.custom_id, values });
}

/**
 * Let a person choose in a select menu.
 *
 * @param {object} app
 * @param {object} component Discord's select object.
 * @param {string} channel the id of the channel it is used in.
 * @param {{anchor: HTMLElement}} place
 * @returns {Promise<Array<string | {id: string}> | null>} the values as an act takes them; null when left.
 */
async function chooseValues(app, component, channel, { anchor }) {
  const { options, search, chosen } = choices(app, component, channel);
  const picked = await openChooser({
    anchor,
    label: component.placeholder || words.selectMenu,
    options,
    search,
    chosen,
    min: component.min_values ?? 1,
    max: component.max_values ?? 1,
  });
  return picked && valuesOf(component, picked);
}

/** @returns {Array<string | {id: string}>} what was chosen, as an act takes it. */
export function valuesOf(component, chosen) {
  return chosen.map(({ value }) => (component.type in ENTITY_SELECTS ? { id: value } : value));
}

/**
 * What a select menu offers.
 *
 * @returns {{options: (text: string) => object[], search: boolean, chosen: object[]}}
 */
export function choices(app, component, channel) {
  const kind = ENTITY_SELECTS[component.type];
  if (kind) {
    const options = (text) => entities(app, kind, { channel, types: component.channel_types, text });
    const defaults = new Set((component.default_values ?? []).map((item) => String(item.id)));
    return { options, search: true, chosen: options("").filter((item) => defaults.has(item.value)) };
  }
  const all = (component.options ?? []).map((item) => ({
    value: item.value,
    label: item.label,
    description: item.description ?? "",
    lead: item.emoji?.id ? "" : (item.emoji?.name ?? ""),
    chosen: Boolean(item.default),
  }));
  return { options: () => all, search: false, chosen: all.filter((item) => item.chosen) };
}

async function busy(app, element, act, fields) {
  element?.setAttribute("aria-busy", "true");
  try {
    const { interaction } = await app.connection.act(act, fields);
    await settled(app, interaction);
  } catch (error) {
    tellRefusal(app, error);
  } finally {
    element?.removeAttribute("aria-busy");
  }
}

function focused() {
  const element = document.activeElement;
  return element instanceof HTMLElement && element !== document.body ? element : null;
}
