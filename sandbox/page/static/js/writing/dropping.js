// Files that come by dragging and by the clipboard.

import { h } from "../core/dom.js";
import { icon } from "../controls/deed_icons.js";

/** @returns {boolean} whether what is dragged holds files. */
function holdsFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

/**
 * Take files that are pasted into an element.
 *
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} onfiles
 */
export function takesPastes(element, onfiles) {
  element.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    // Programs that copy a picture often add its address as text.
    event.preventDefault();
    event.stopPropagation();
    onfiles(files);
  });
}

/**
 * Take files that are dropped on an area, and show while they hover that it takes them.
 *
 * @param {EventTarget} target hears of them: the area itself, or the whole document.
 * @param {object} settings
 * @param {() => boolean} [settings.accepts] whether files are taken now.
 * @param {() => string} settings.label
 * @param {() => DOMRect} settings.area where it is shown that they are.
 * @param {() => Element} settings.host what the sign is put into.
 * @param {(files: File[]) => void} settings.onfiles
 */
export function takesDrops(target, { accepts = () => true, label, area, host, onfiles }) {
  let sign = null;
  let leaving = 0;

  function show() {
    clearTimeout(leaving);
    if (sign) return;
    const rect = area();
    sign = h(".drop-zone", { "aria-hidden": "true" }, h(".drop-words", {}, icon("drop"), label()));
    sign.setAttribute("popover", "manual");
    Object.assign(sign.style, {
      left: `${rect.left}px`,
      top: `${rect.top}px`,
      width: `${rect.width}px`,
      height: `${rect.height}px`,
    });
    host().append(sign);
    sign.showPopover();
  }

  function hide() {
    clearTimeout(leaving);
    sign?.remove();
    sign = null;
  }

  for (const name of ["dragenter", "dragover"]) {
    target.addEventListener(name, (event) => {
      if (!holdsFiles(event) || event.defaultPrevented) return;
      // Without this the browser would leave the page to show the file, wherever it is dropped.
      event.preventDefault();
      if (!accepts()) {
        event.dataTransfer.dropEffect = "none";
        return;
      }
      event.dataTransfer.dropEffect = "copy";
      show();
    });
  }
  // It fires for every element that is left; the next one entered says that it was not the area.
  target.addEventListener("dragleave", () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 80);
  });
  target.addEventListener("dragend", hide);
  target.addEventListener("drop", (event) => {
    hide();
    if (!holdsFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length && accepts()) onfiles(files);
  });
}
