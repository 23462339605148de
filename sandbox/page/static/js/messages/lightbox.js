// A picture enlarged, with what is known of it; arrow keys leaf through its neighbours.

import { fill, h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { fileSize } from "../core/sizes.js";
import { words } from "../words.js";

/**
 * Open the pictures of a message.
 *
 * @param {import("./media.js").Picture[]} pictures
 * @param {number} index the one that is shown first.
 */
export function openLightbox(pictures, index) {
  let at = index;
  const heading = h("h2", { id: "lightbox-heading" });
  const image = h("img", { class: "lightbox-image" });
  const caption = h("p.lightbox-alt");
  const facts = h("p.lightbox-facts");
  const closeButton = h(
    "button.icon-button",
    { type: "button", "aria-label": words.close, title: words.close },
    icon("close"),
  );
  const previous = step("left", words.previous, -1);
  const next = step("right", words.next, 1);
  const stage = h(".lightbox-stage", {}, previous, h("figure", {}, image), next);
  const dialog = h(
    "dialog.lightbox",
    { "aria-labelledby": "lightbox-heading" },
    h("header", {}, heading, closeButton),
    stage,
    h(".lightbox-foot", { "aria-live": "polite" }, caption, facts),
  );

  function step(sign, label, by) {
    const several = pictures.length > 1;
    return h(
      "button.icon-button.lightbox-step",
      { type: "button", "aria-label": label, title: label, hidden: !several, onclick: () => leaf(by) },
      icon(sign),
    );
  }

  function leaf(by) {
    at = (at + by + pictures.length) % pictures.length;
    show();
  }

  function show() {
    const { url, alt, name, width, height, size } = pictures[at];
    heading.textContent = words.lightbox(at + 1, pictures.length);
    // The old picture would stand there under the new one's words until that has loaded.
    image.removeAttribute("src");
    Object.assign(image, { src: url, alt: alt || name || "", width: width ?? 0, height: height ?? 0 });
    for (const side of ["width", "height"]) if (!pictures[at][side]) image.removeAttribute(side);
    fill(caption, h("span.label", {}, words.altText), " ", alt || h("span.none", {}, words.noAltText));
    const known = [name, size && fileSize(size), width && height && words.pixels(width, height)].filter(Boolean);
    const open = h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words.original, icon("out"));
    fill(
      facts,
      known.map((fact) => h("span", {}, fact)),
      open,
    );
  }

  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || pictures.length < 2) return;
    event.preventDefault();
    leaf(by);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === stage || event.target.tagName === "FIGURE") dialog.close();
  });
  closeButton.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  show();
  document.body.append(dialog);
  dialog.showModal();
  closeButton.focus();
}
