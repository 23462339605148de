// Who one is: the persons of the sandbox, to change between at once.

import { fill, h } from "../core/dom.js";
import { avatar } from "./people_views.js";
import { words } from "../words.js";

/** The key in the tab's storage: two tabs can be two persons. */
export const PERSON_KEY = "person";

/**
 * Make the switch.
 *
 * @param {object} app
 * @returns {HTMLElement} a group of radio buttons.
 */
export function peopleSwitch(app) {
  const choices = h(".people");
  const element = h("fieldset.people-switch", {}, h("legend", {}, words.youAre), choices);
  let drawn = "";

  function show() {
    const me = app.store.get("me")?.id;
    const people = app.store.all("person").filter((person) => person.playable);
    const signature = JSON.stringify(people);
    if (signature !== drawn) {
      drawn = signature;
      fill(choices, people.map(choice));
    }
    for (const input of choices.querySelectorAll("input")) input.checked = input.value === me;
    element.hidden = people.length === 0;
  }

  function choice({ id, display_name: name, about }) {
    const input = h("input", { type: "radio", name: "person", value: id, onchange: () => become(id) });
    const label = h("span.person-text", {}, h("span.person-name", {}, name), " ", h("span.person-about", {}, about));
    return h("label.person", {}, input, avatar(name), label);
  }

  function become(id) {
    sessionStorage.setItem(PERSON_KEY, id);
    app.connection.become(id);
  }

  app.store.watch(["person", "me"], show);
  show();
  return element;
}
