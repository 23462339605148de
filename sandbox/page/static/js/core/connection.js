// The live connection: changes come in, deeds go out, and each deed is answered.

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;

/** Something that Discord, or this page in its place, does not let a person do; the message is for them. */
export class Refused extends Error {}

export class Connection extends EventTarget {
  #store;
  #person;
  #socket = null;
  #pause = FIRST_PAUSE;
  #waiting = new Map();
  #lastId = 0;
  #turn = 0;

  /**
   * Dispatches "state" events whenever `open` changes.
   *
   * @param {import("./store.js").Store} store
   * @param {string | null} person the id of the person one acts as; null for the first there is.
   */
  constructor(store, person) {
    super();
    this.#store = store;
    this.#person = person;
    this.open = false;
    this.#connect();
  }

  /** @returns {number} another one for each change of the person: what takes a while is begun and ended as the same. */
  get turn() {
    return this.#turn;
  }

  /** Act as another person: everything known is dropped, and what this person sees comes instead. */
  become(person) {
    this.#person = person;
    this.#turn += 1;
    this.#socket?.close();
    // It takes a moment to close, and what is sent meanwhile goes nowhere.
    this.#tell(false);
  }

  /**
   * Do something as the person.
   *
   * @param {string} name of the act, such as "say".
   * @param {Object<string, any>} [fields] what it needs.
   * @param {number} [turn] the `turn` in which it was begun.
   * @returns {Promise<any>} the answer's value.
   * @throws {Refused} with the reason.
   */
  act(name, fields = {}, turn = this.#turn) {
    if (turn !== this.#turn) return Promise.reject(new Refused("This was not sent: you act as somebody else now."));
    if (!this.open) return Promise.reject(new Refused("The page has lost its connection to the sandbox."));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...fields, act: name, id }));
    });
  }

  /**
   * Hand a file over, to be named in an act as `{file: id}`.
   *
   * @param {File} file
   * @returns {Promise<{id: string, name: string, size: number}>}
   * @throws {Refused} when it is too large, with Discord's sentence.
   */
  async upload(file) {
    let response;
    try {
      const query = new URLSearchParams({ name: file.name || "image.png" });
      response = await fetch(`/files?${query}`, { method: "POST", body: file });
    } catch {
      throw new Refused("The page has lost its connection to the sandbox.");
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(answer.refused ?? `The sandbox answered with ${response.status}.`);
    return answer;
  }

  #connect() {
    const query = this.#person ? `?as=${encodeURIComponent(this.#person)}` : "";
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live${query}`);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#pause = FIRST_PAUSE;
      this.#tell(true);
    });
    socket.addEventListener("message", (event) => this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => this.#lost());
  }

  #hear(message) {
    if (message.type === "changes") {
      this.#store.apply(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("refused" in message) waiting?.reject(new Refused(message.refused));
    else waiting?.resolve(message.value);
  }

  #lost() {
    for (const { reject } of this.#waiting.values()) {
      reject(new Refused("The connection was lost; what was asked for may or may not have been done."));
    }
    this.#waiting.clear();
    this.#tell(false);
    setTimeout(() => this.#connect(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #tell(open) {
    if (this.open === open) return;
    this.open = open;
    this.dispatchEvent(new Event("state"));
  }
}
