// Times in Discord's styles, and the ticking of those that say how long ago something was.

import { h } from "../core/dom.js";
import { words } from "../words.js";

// The page is in English; whoever reads another English gets theirs, everybody else the international order of a date.
const LOCALE = navigator.language?.startsWith("en") ? navigator.language : "en-GB";
const LARGEST = 8.64e12; // seconds, the last moment that a Date can name

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const STEPS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const formats = new Map();
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always" });

function format(style, date) {
  if (!formats.has(style)) formats.set(style, new Intl.DateTimeFormat(LOCALE, STYLES[style]));
  return formats.get(style).format(date);
}

/**
 * Show a moment as Discord's `<t:…>` does.
 *
 * @param {number} seconds since 1970.
 * @param {string} [style] one of t, T, d, D, f, F, s, S and R; anything else is f.
 *   Source: https://discord.com/developers/docs/reference#message-formatting-timestamp-styles
 * @returns {HTMLElement | null} a <time> with the full date as its tooltip; null for a moment no calendar has.
 */
export function timestamp(seconds, style = "f") {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > LARGEST) return null;
  const date = new Date(seconds * 1000);
  const element = h("time", { datetime: date.toISOString(), title: format("F", date) });
  if (style === "R") {
    element.dataset.relative = String(seconds);
    element.textContent = ago(seconds);
  } else {
    element.textContent = format(style in STYLES ? style : "f", date);
  }
  return element;
}

/**
 * Say how far a moment is from now: "3 minutes ago", "in 2 hours".
 *
 * @param {number} seconds since 1970.
 * @param {number} [now] the same, for the present.
 * @returns {string}
 */
export function ago(seconds, now = Date.now() / 1000) {
  const distance = Math.round(seconds - now);
  const [unit, length] = STEPS.find(([, size]) => Math.abs(distance) >= size) ?? STEPS[STEPS.length - 1];
  return distance === 0 ? words.now : relative.format(Math.trunc(distance / length), unit);
}

/** @returns {HTMLElement} a <time> as it stands beside a name: the time of day, with the day where it is not today. */
export function moment(iso) {
  const date = new Date(iso);
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  const time = format("t", date);
  const text = days === 0 ? time : days === 1 ? words.yesterdayAt(time) : format("s", date);
  return h("time", { datetime: date.toISOString(), title: format("F", date) }, text);
}

/** @returns {string} the time of day with seconds, such as 14:03:21. */
export function clockTime(iso) {
  return format("T", new Date(iso));
}

/** @returns {string} the day as a heading between messages. */
export function dayName(iso) {
  const date = new Date(iso);
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  return days === 0 ? words.today : days === 1 ? words.yesterday : format("D", date);
}

/** @returns {string} a key that is the same for all moments of one local day. */
export function dayKey(iso) {
  return String(startOfDay(new Date(iso)));
}

/** @returns {string} a span of time: "0.8 s", "12 s", "3 min 4 s". */
export function span(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Let every relative time of the page tick from now on. */
export function startTicking() {
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = ago(Number(element.dataset.relative));
    // The text node stays: a new one would count as news to a screen reader that reads here.
    if (element.firstChild.nodeValue !== text) element.firstChild.nodeValue = text;
  }
}
