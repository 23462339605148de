// The page's own signs, drawn as 24 × 24 outlines.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  text: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  forum: "M4 5h16M4 12h16M4 19h10",
  thread: "M6 4v8a4 4 0 0 0 4 4h9M15 12l4 4-4 4",
  post: "M5 4h14v12h-8l-4 4v-4H5z",
  dm: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0",
  menu: "M4 6h16M4 12h16M4 18h16",
  panel: "M4 5h16v14H4zM14.5 5v14",
  close: "M6 6l12 12M18 6 6 18",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M6 9l6 6 6-6",
  out: "M13 5h6v6M19 5l-8 8M17 14v5H5V7h5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  archive: "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
  warning: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  reply: "M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6",
  info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5M12 7.6v.1",
};

/**
 * Draw a sign; it is hidden from assistive technology, so what it means has to be said beside it.
 *
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  return draw(PATHS[name] ?? PATHS.info);
}

/** Draw a sign of a path's `d`; used by those who keep signs of their own. */
export function draw(outline) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const attributes = {
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "aria-hidden": "true",
    focusable: "false",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  svg.setAttribute("stroke-width", "1.75");
  svg.setAttribute("stroke-linecap", "round");
  svg.setAttribute("stroke-linejoin", "round");
  svg.classList.add("icon");
  path.setAttribute("d", outline);
  svg.append(path);
  return svg;
}
