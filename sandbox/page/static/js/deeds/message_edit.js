// Changing one's own message where it stands.

import { Refused } from "../core/connection.js";
import { h } from "../core/dom.js";
import { returnFocus } from "../controls/focus.js";
import { grows } from "../controls/growing.js";
import { freshId } from "../core/ids.js";
import { messageElement } from "../messages/message_places.js";
import { words } from "../words_of_deeds.js";

// Messages are drawn anew when they change; what is being written has to outlast that.
const editors = new WeakMap();

function editorsOf(app) {
  if (!editors.has(app)) editors.set(app, new Map());
  return editors.get(app);
}

/**
 * Begin to edit a message.
 *
 * @param {object} app
 * @param {object} message
 * @returns {boolean} whether it is on the page.
 */
export function startEditing(app, message) {
  const known = editorsOf(app);
  const host = messageElement(message.id);
  if (!host) return false;
  if (!known.has(message.id)) known.set(message.id, editor(app, message));
  const one = known.get(message.id);
  one.mount(host);
  one.focus();
  return true;
}

/** Put an editor back into a message that was drawn anew. */
export function keepEditing(app, message, host) {
  editorsOf(app).get(message.id)?.mount(host);
}

function editor(app, message) {
  const area = h("textarea.input", { id: freshId("edit"), rows: 1, "aria-label": words.editing });
  const why = h("p.field-refusal", { role: "alert", hidden: true });
  const form = h(
    "form.message-editor",
    {},
    area,
    why,
    h(
      ".editor-foot",
      {},
      h("p.composer-hint", {}, words.editHint),
      h("button.button.small", { type: "button", onclick: () => leave() }, words.cancel),
      h("button.button.primary.small", { type: "submit" }, words.save),
    ),
  );
  area.value = message.content;
  const fit = grows(area);
  let host = null;
  const before = document.activeElement;
  // An element that is taken out loses the focus without anybody having moved it.
  let hadFocus = false;
  form.addEventListener("focusin", () => (hadFocus = true));
  form.addEventListener("focusout", (event) => (hadFocus = event.relatedTarget === null && hadFocus));

  function leave() {
    editorsOf(app).delete(message.id);
    form.remove();
    host?.classList.remove("is-edited-now");
    // The menu from which it was opened is gone; the message is where one was.
    returnFocus(before, host);
  }

  async function save() {
    const content = area.value.trim();
    if (content === message.content) return leave();
    try {
      await app.connection.act("edit", { message: message.id, content });
      leave();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      why.textContent = error.message;
      why.hidden = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    mount(element) {
      const again = hadFocus && document.activeElement === document.body;
      host = element;
      host.classList.add("is-edited-now");
      const content = host.querySelector(".message-content");
      if (content) content.after(form);
      else host.append(form);
      fit();
      if (again) area.focus();
    },
    focus() {
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
      area.scrollIntoView({ block: "nearest" });
    },
  };
}
