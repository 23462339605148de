// Text areas that are as tall as what stands in them.

const MOST_PIXELS = 320;

/**
 * Let a text area grow with its text, up to about a dozen lines.
 *
 * @param {HTMLTextAreaElement} area
 * @returns {() => void} to be called after its text was set by the page.
 */
export function grows(area) {
  const fit = () => {
    area.style.height = "auto";
    const border = area.offsetHeight - area.clientHeight;
    // What is not laid out yet has no height; it gets one when it is.
    if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight + border, MOST_PIXELS)}px`;
    area.classList.toggle("full", area.scrollHeight > MOST_PIXELS);
  };
  area.addEventListener("input", fit);
  new ResizeObserver((entries) => {
    const width = Math.round(entries[0].contentRect.width);
    if (width === area.lastWidth) return;
    area.lastWidth = width;
    fit();
  }).observe(area);
  return fit;
}
