// What the server told this page, by key ("message:123", "channel:7", "bot"), and who wants to hear of changes.

export class Store {
  #items = new Map();
  #watchers = new Set();
  #changed = new Set();

  /** @returns {any} what stands under a key, or undefined. */
  get(key) {
    return this.#items.get(key);
  }

  /** @returns {any[]} everything of a kind: `all("message")` gives every "message:…". */
  all(kind) {
    const found = [];
    for (const [key, value] of this.#items) if (key.startsWith(`${kind}:`)) found.push(value);
    return found;
  }

  /**
   * Hear of changes, all those of one animation frame at once.
   *
   * @param {string[]} kinds such as ["message", "interaction"], or a single key such as "bot".
   * @param {(keys: Set<string>) => void} listener gets the keys that were set or are gone.
   * @returns {() => void} stops it.
   */
  watch(kinds, listener) {
    const watcher = { kinds: new Set(kinds), listener };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Take over what the server says; `fresh` means that nothing known so far holds any longer. */
  apply({ fresh = false, set = {}, gone = [] }) {
    if (fresh) {
      for (const key of this.#items.keys()) if (!(key in set)) this.#note(key);
      this.#items.clear();
    }
    for (const key of gone) {
      this.#items.delete(key);
      this.#note(key);
    }
    for (const [key, value] of Object.entries(set)) {
      this.#items.set(key, value);
      this.#note(key);
    }
  }

  #note(key) {
    // Not an animation frame: a tab in the background has none, and should be up to date when one comes back to it.
    if (this.#changed.size === 0) setTimeout(() => this.#tell(), 0);
    this.#changed.add(key);
  }

  #tell() {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const { kinds, listener } of [...this.#watchers]) {
      const heard = new Set([...changed].filter((key) => kinds.has(key) || kinds.has(key.split(":", 1)[0])));
      if (!heard.size) continue;
      try {
        listener(heard);
      } catch (error) {
        // A mistake in one part of the page must not keep the others from what is new.
        reportError(error);
      }
    }
  }
}
