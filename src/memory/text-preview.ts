/** Characters of a preview. The original's clients show it as it is. */
const PREVIEW_CHARACTERS = 200;

/** Code points beyond are two units of a JavaScript string. */
const LAST_OF_ONE_UNIT = 0xffff;

/** The first 200 characters; code points, so that none is cut in half. */
export function textPreview(content: string): string {
  let end = 0;
  for (let count = 0; count < PREVIEW_CHARACTERS && end < content.length; count++)
    end += content.codePointAt(end)! > LAST_OF_ONE_UNIT ? 2 : 1;
  return content.slice(0, end);
}
