// Small line drawings; what they stand beside says what they mean, so readers are spared them.

import { draw } from "./icons.js";

const PATHS = {
  reply: "M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14a4.5 4.5 0 0 0 7 0M9 9.5v.01M15 9.5v.01",
  more: "M5 12v.01M12 12v.01M19 12v.01",
  pencil: "m4 20 1-4L16 5l3 3L8 19zM14 7l3 3",
  trash: "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  unlock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 7.5-2",
  thread: "M5 5h14v10H11l-4 4v-4H5z",
  app: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  clip: "m8 12 6-6a3.5 3.5 0 0 1 5 5l-8.5 8.5a5.5 5.5 0 0 1-8-8L11 3.5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  check: "m5 12 5 5 9-10",
  down: "m6 9 6 6 6-6",
  send: "M4 12 20 4l-6 16-3-7zM11 13l9-9",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17v.01",
  drop: "M12 3v12M7 10l5 5 5-5M4 20h16",
};

/**
 * Draw an icon.
 *
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = draw(PATHS[name]);
  svg.classList.add(`icon-${name}`);
  return svg;
}
