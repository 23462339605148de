// Elements without a framework.

/**
 * Make an element.
 *
 * @param {string} selector tag with classes, such as "button.quiet"; the tag may be left out: ".row" is a div.
 * @param {Object<string, any>} [props] attributes; `on…` functions become listeners, `class` is added to the classes,
 *   `dataset` is an object, true and false set and omit an attribute, and null omits it.
 * @param {...any} children nodes, text, numbers, or arrays of those; null, undefined and false are left out.
 * @returns {HTMLElement}
 */
export function h(selector, props = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

/** Put other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
  else if (name === "dataset") Object.assign(element.dataset, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}
