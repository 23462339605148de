// What one has not looked at yet: each person's own, for as long as the tab lives.

import { byId } from "./channels.js";

/** Remembers up to which message each channel was read; dispatches "change". */
export class Unread extends EventTarget {
  #app;
  #read = new Map();
  #person = null;

  constructor(app) {
    super();
    this.#app = app;
    app.store.watch(["me", "channel"], () => this.#look());
    app.view.addEventListener("channel", () => this.#look());
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** @returns {boolean} whether something in a channel came after it was last looked at. */
  has(channel) {
    return Boolean(channel.last) && byId(channel.last, this.#read.get(channel.id) ?? "") > 0;
  }

  #look() {
    const me = this.#app.store.get("me")?.id;
    if (!me) return;
    const channels = this.#app.store.all("channel");
    if (me !== this.#person) {
      // What was there when one came is not news.
      this.#person = me;
      this.#read = new Map(channels.map((channel) => [channel.id, channel.last ?? ""]));
    }
    const shown = channels.find((channel) => channel.id === this.#app.view.channel);
    if (shown && !document.hidden) this.#read.set(shown.id, shown.last ?? "");
    this.dispatchEvent(new Event("change"));
  }
}
