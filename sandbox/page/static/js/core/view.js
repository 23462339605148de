// What this tab looks at: the channel, the message one answers to, the person one is.

export class View extends EventTarget {
  #channel = null;
  #replyTo = null;

  constructor() {
    super();
    this.#channel = channelInAddress();
    window.addEventListener("hashchange", () => this.show(channelInAddress()));
  }

  /** @returns {string | null} the id of the channel that is shown. */
  get channel() {
    return this.#channel;
  }

  /** @returns {string | null} the id of the message that the next one answers. */
  get replyTo() {
    return this.#replyTo;
  }

  /** Show another channel; dispatches "channel". The address names it, so that it can be linked to. */
  show(channel) {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#replyTo = null;
    if (channel) location.hash = `#/channels/${channel}`;
    this.dispatchEvent(new Event("channel"));
    this.dispatchEvent(new Event("reply"));
  }

  /** Answer a message with the next one, or none (null); dispatches "reply". */
  answer(message) {
    this.#replyTo = message;
    this.dispatchEvent(new Event("reply"));
  }
}

function channelInAddress() {
  return /^#\/channels\/(\d+)$/.exec(location.hash)?.[1] ?? null;
}
