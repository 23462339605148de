// A message's files: pictures as a gallery, everything else as cards.

import { h } from "../core/dom.js";
import { icon } from "../controls/icons.js";
import { foreign, isOurs, picture } from "./media.js";
import { fileSize } from "../core/sizes.js";
import { words } from "../words.js";

const SPOILER = 1 << 3;
const ALONE = [460, 380];
// How tall a cell is for its width, at most and at least: between an upright and a wide picture.
const SLIMMEST = 0.8;
const WIDEST = 16 / 10;

/**
 * Show the attachments of a message.
 *
 * @param {object[]} attachments Discord's attachment objects.
 * @returns {HTMLElement | null} null for none.
 */
export function attachmentsView(attachments) {
  if (!attachments.length) return null;
  const pictures = attachments.filter(isPicture).map(asPicture);
  const files = attachments.filter((item) => !isPicture(item));
  return h(".attachments", {}, pictures.length ? gallery(pictures) : null, files.map(attachedFile));
}

/**
 * Arrange pictures in a grid: one as it is, more of them cropped into even rows.
 *
 * @param {import("./media.js").Picture[]} pictures
 * @returns {HTMLElement}
 */
export function gallery(pictures) {
  if (pictures.length === 1) return h(".gallery.alone", {}, picture(pictures, 0, { within: ALONE }));
  const cells = pictures.map((_, index) => h(".gallery-cell", {}, picture(pictures, index)));
  const element = h(".gallery.grid", { class: `of-${Math.min(pictures.length, 10)}` }, cells);
  element.style.setProperty("--ratio", cellRatio(pictures).toFixed(3));
  return element;
}

/**
 * Show a file that is no picture.
 *
 * @param {{url: string, name: string, size?: number}} file
 * @returns {HTMLElement}
 */
export function fileCard({ url, name, size }) {
  if (!isOurs(url)) return foreign(url, words.fileAt);
  const link = h("a.file-name", { href: url, target: "_blank", rel: "noopener noreferrer", download: name }, name);
  return h(".file-card", {}, icon("file"), h("div", {}, link, size ? h(".file-size", {}, fileSize(size)) : null));
}

/** @returns {boolean} whether an attachment is shown as a picture. */
export function isPicture(attachment) {
  return Boolean(attachment.content_type?.startsWith("image/") && attachment.width);
}

/** @returns {import("./media.js").Picture} an attachment, or any other media Discord describes, as a picture. */
function asPicture(attachment) {
  return {
    url: attachment.url,
    name: attachment.title || attachment.filename,
    alt: attachment.description ?? "",
    width: attachment.width,
    height: attachment.height,
    size: attachment.size,
    spoiler: Boolean((attachment.flags ?? 0) & SPOILER) || Boolean(attachment.filename?.startsWith("SPOILER_")),
  };
}

function attachedFile(attachment) {
  return fileCard({ url: attachment.url, name: attachment.filename, size: attachment.size });
}

function cellRatio(pictures) {
  const ratios = pictures.map(({ width, height }) => (width && height ? width / height : 1)).sort((a, b) => a - b);
  return Math.min(WIDEST, Math.max(SLIMMEST, ratios[Math.floor(ratios.length / 2)]));
}
