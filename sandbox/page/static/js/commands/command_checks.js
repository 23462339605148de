// What Discord's client takes as the value of an option:
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure

import { words } from "../words_of_deeds.js";

export const OptionType = {
  SUB_COMMAND: 1,
  SUB_COMMAND_GROUP: 2,
  STRING: 3,
  INTEGER: 4,
  BOOLEAN: 5,
  USER: 6,
  CHANNEL: 7,
  ROLE: 8,
  MENTIONABLE: 9,
  NUMBER: 10,
  ATTACHMENT: 11,
};

const LONGEST = 6000;
const LARGEST = 2 ** 53;

/**
 * Read what was typed into an option of text or numbers.
 *
 * @param {object} option Discord's option object.
 * @param {string | number | null} raw
 * @returns {string | number | undefined} undefined where there is nothing (yet), or nothing that it could be.
 */
export function readValue(option, raw) {
  if (raw === null || raw === "") return undefined;
  if (option.type === OptionType.STRING) return String(raw);
  const text = String(raw).trim();
  const pattern = option.type === OptionType.INTEGER ? /^[-+]?\d+$/ : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
  return pattern.test(text) ? Number(text) : undefined;
}

/**
 * Tell why an option does not take what was typed.
 *
 * @param {object} option Discord's option object.
 * @param {string | number | null} raw
 * @returns {string} a sentence, or nothing.
 */
export function refusal(option, raw) {
  const empty = raw === null || raw === "" || (typeof raw === "string" && !raw.trim());
  if (empty) return option.required ? words.isRequired : "";
  return option.type === OptionType.STRING ? refusedText(option, String(raw)) : refusedNumber(option, raw);
}

function refusedText(option, text) {
  // Discord counts characters, not UTF-16 units.
  const length = [...text].length;
  const most = option.max_length ?? LONGEST;
  if (length < (option.min_length ?? 0)) return words.tooShort(option.min_length);
  return length > most ? words.tooLong(most, length) : "";
}

function refusedNumber(option, raw) {
  const value = readValue(option, raw);
  const whole = option.type === OptionType.INTEGER;
  if (value === undefined) return whole ? words.wholeNumber : words.number;
  const least = option.min_value ?? -LARGEST;
  const most = option.max_value ?? LARGEST;
  if (value < least) return words.atLeast(least);
  return value > most ? words.atMost(most) : "";
}

/**
 * List what one can type after the "/": commands, and those of their sub-commands.
 *
 * @param {object[]} commands Discord's command objects.
 * @returns {Array<{command: object, path: string[], options: object[], title: string, description: string}>}
 */
export function invocations(commands) {
  return commands.flatMap((command) => below(command, command, []));
}

function below(command, node, path) {
  const nested = (node.options ?? []).filter((option) => option.type <= OptionType.SUB_COMMAND_GROUP);
  if (nested.length) return nested.flatMap((option) => below(command, option, [...path, option.name]));
  const title = [command.name, ...path].join(" ");
  return [{ command, path, options: node.options ?? [], title, description: node.description ?? "" }];
}
