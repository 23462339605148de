// Ids that labels, descriptions and popups refer to each other by.

let last = 0;

/** @returns {string} an id that no other element of this page has. */
export function freshId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}
