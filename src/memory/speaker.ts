/**
 * `Ana: `, `Jean-Luc: `, `Mary Ann O’Neil: `: one to three capitalised words, a colon and a space at the very
 * beginning. Three words, because longer openings ("Things To Buy On Monday: ") are headings rather than names.
 */
const SPEAKER = /^(\p{Lu}[\p{L}\p{M}\p{N}'’._-]*(?: \p{Lu}[\p{L}\p{M}\p{N}'’._-]*){0,2}): /u;

/**
 * Who says a text, as far as the text itself tells.
 *
 * @param largestBytes what a label may have in UTF-8 (`Limits.labelBytes`); a longer name is no speaker.
 */
export function readSpeaker(content: string, largestBytes = 128): string | null {
  const name = SPEAKER.exec(content)?.[1];
  return name === undefined || Buffer.byteLength(name) > largestBytes ? null : name;
}
