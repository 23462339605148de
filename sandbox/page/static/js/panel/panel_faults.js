// Switches for what can go wrong.

import { h } from "../core/dom.js";
import { tellRefusal } from "../controls/notices.js";
import { words } from "../words.js";

/**
 * Make the switches.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function faultsPanel(app) {
  const views = new Map();
  const sides = new Map(Object.entries(words.sides).map(([side, label]) => [side, sideGroup(side, label)]));

  function show() {
    const faults = app.store.all("fault").sort((one, other) => one.order - other.order);
    for (const fault of faults) {
      if (!views.has(fault.name)) {
        views.set(fault.name, faultSwitch(app, fault));
        sides.get(fault.side)?.list.append(views.get(fault.name).element);
      }
      views.get(fault.name).update(fault);
    }
    for (const { element, list } of sides.values()) element.hidden = list.childElementCount === 0;
  }

  app.store.watch(["fault"], show);
  show();
  return h(
    "section.panel-section",
    {},
    h("h3", {}, words.faults),
    h("p.panel-hint", {}, words.faultsIntro),
    [...sides.values()].map(({ element }) => element),
  );
}

function sideGroup(side, label) {
  const id = `faults-${side}`;
  const list = h("ul.faults");
  return { list, element: h(".fault-side", { role: "group", "aria-labelledby": id }, h("h4", { id }, label), list) };
}

function faultSwitch(app, { name, label, explains }) {
  const id = `fault-${name}`;
  const struck = h("span.struck", { hidden: true });
  const button = h(
    "button.switch",
    { type: "button", role: "switch", "aria-checked": "false", "aria-labelledby": id, "aria-describedby": `${id}-why` },
    h("span.switch-knob"),
  );
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-checked") !== "true";
    try {
      await app.connection.act("fault", { name, on });
    } catch (error) {
      tellRefusal(app, error);
    }
  });
  const text = h(
    ".fault-text",
    {},
    h("label.fault-label", { id, onclick: () => button.click() }, label),
    struck,
    h("p.fault-why", { id: `${id}-why` }, explains),
  );
  const element = h("li.fault", {}, text, button);

  function update(fault) {
    button.setAttribute("aria-checked", String(fault.on));
    element.classList.toggle("on", fault.on);
    struck.hidden = !fault.struck;
    struck.textContent = words.struck(fault.struck);
  }

  return { element, update };
}
