// Where the focus goes when what had it is gone.

/**
 * Give the focus back to what had it before; where that is gone or hidden by now, to the message it is in.
 *
 * @param {Element | null} element
 * @param {Element | null} [otherwise] what gets it when nothing else can.
 */
export function returnFocus(element, otherwise = null) {
  const places = [element, element?.closest?.("article, li"), otherwise];
  for (const place of places) {
    if (!place?.isConnected || place === document.body) continue;
    place.focus();
    if (document.activeElement === place) return;
  }
}
