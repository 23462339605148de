// Addresses within markdown: where they end, and which of them become links.

/** Characters; more are no address but an attack. */
export const LONGEST_URL = 2000;

const BARE = new RegExp(String.raw`https?://[^\s<>]{1,${LONGEST_URL}}`, "y");
// Every repetition is bounded, and no character fits two branches: hostile text cannot make the search wander.
const TARGET = new RegExp(
  String.raw`\(\s{0,9}(?:<(?<angled>[^<>\n]{1,${LONGEST_URL}})>|(?<plain>(?:[^\s()<>]|\([^\s()<>]{0,500}\)){1,${LONGEST_URL}}))` +
    String.raw`(?:\s{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?\s{0,9}\)`,
  "y",
);

/**
 * Let only addresses of the web through, and the page's own pictures.
 *
 * @param {string} written
 * @returns {string | null}
 */
export function safeUrl(written) {
  if (/^\/(?:cdn|results)\//.test(written)) return written;
  if (!/^https?:\/\//i.test(written)) return null;
  return URL.canParse(written) ? written : null;
}

/**
 * Read the `(address "title")` of a masked link.
 *
 * @param {string} text
 * @param {number} at where the bracket would open.
 * @returns {{url: string, length: number} | null}
 */
export function targetAt(text, at) {
  TARGET.lastIndex = at;
  const found = TARGET.exec(text);
  const url = found && safeUrl(found.groups.angled ?? found.groups.plain);
  return url ? { url, length: found[0].length } : null;
}

/**
 * Read an address that stands in the text as it is, without the punctuation after it.
 *
 * @param {string} text
 * @param {number} at where it begins.
 * @returns {string | null}
 */
export function bareUrlAt(text, at) {
  BARE.lastIndex = at;
  const found = BARE.exec(text)?.[0] ?? "";
  const cut = found.search(/\*\*|\|\||~~|\]\(/);
  const written = trimmed(cut < 0 ? found : found.slice(0, cut));
  return safeUrl(written) ? written : null;
}

function trimmed(written) {
  let unopened = 0;
  for (const sign of written) unopened += sign === ")" ? 1 : sign === "(" ? -1 : 0;
  let end = written.length;
  for (; end > 0; end -= 1) {
    const last = written[end - 1];
    if (last === ")" && unopened > 0) unopened -= 1;
    else if (!".,:;\"'!?*_]".includes(last)) break;
  }
  return written.slice(0, end);
}
