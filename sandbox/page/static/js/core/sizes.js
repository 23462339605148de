// How large a file is, in words.

/**
 * @param {number} bytes
 * @returns {string} such as "812 B", "34 KB" or "1.4 MB".
 */
export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${Number((bytes / 1024 / 1024).toFixed(1))} MB`;
}
