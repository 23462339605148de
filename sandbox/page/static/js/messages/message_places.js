// Where on the page a message stands: its toolbar is in it.

const HOST = "article, li";
const toolbars = new Map();

/** Note the toolbar of a message; a later one stands for it from then on. */
export function noteToolbar(message, toolbar) {
  toolbar.dataset.actionsOf = message.id;
  toolbars.set(message.id, new WeakRef(toolbar));
}

/** @returns {HTMLElement | null} the element that shows a message. */
export function messageElement(id) {
  const toolbar = toolbars.get(id)?.deref();
  return toolbar?.isConnected ? toolbar.closest(HOST) : null;
}

/** @returns {{id: string, element: HTMLElement} | null} the message that a node belongs to. */
export function messageAround(node) {
  for (let host = node.closest?.(HOST); host; host = host.parentElement?.closest(HOST)) {
    const toolbar = host.querySelector("[data-actions-of]");
    // A list around messages has toolbars too, but they belong to what is in it.
    if (toolbar && toolbar.closest(HOST) === host) return { id: toolbar.dataset.actionsOf, element: host };
  }
  return null;
}

/** Forget the messages that are not on the page any longer. */
export function forgetPlaces(isThere) {
  for (const id of [...toolbars.keys()]) if (!isThere(id)) toolbars.delete(id);
}
