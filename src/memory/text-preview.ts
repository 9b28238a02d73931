/** Characters of a preview. The original's clients show it as it is. */
const PREVIEW_CHARACTERS = 200;

/** The first 200 characters; code points, so that none is cut in half. */
export function textPreview(content: string): string {
  // A code point is at most two UTF-16 units: no need to look at the whole text.
  const beginning = content.slice(0, 2 * PREVIEW_CHARACTERS);
  return Array.from(beginning).slice(0, PREVIEW_CHARACTERS).join('');
}
