/**
 * What texts must be like to be stored or asked for. Each rule gives what is wrong, fitting behind a field's name, or
 * undefined.
 */

/** C0 controls that are not white space. NUL is what PostgreSQL cannot keep; the others are never text. */
const CONTROL_IN_TEXT = /[\u0000-\u0008\u000e-\u001f]/;

/** Every control character of Unicode: C0, DEL and C1. */
const CONTROL = /\p{Cc}/u;

/** In a `u` expression a whole pair is one character, so only a half without its other half matches. */
const LONE_SURROGATE = /\p{Cs}/u;

/** A string inside metadata, or a key: anything without control characters; white space such as \n is fine. */
export function textProblem(text: string): string | undefined {
  if (LONE_SURROGATE.test(text)) return 'must not hold half of a surrogate pair';
  if (CONTROL_IN_TEXT.test(text)) return 'must not hold control characters other than white space';
  return undefined;
}

/** Content or a question: a text that says something. */
export function contentProblem(content: string, maxCharacters: number): string | undefined {
  if (content.trim() === '') return 'must not be empty';
  if (hasMoreCharacters(content, maxCharacters)) return `must have at most ${maxCharacters} characters`;
  return textProblem(content);
}

/** An agent, speaker, type or kind of session. */
export function labelProblem(label: string, maxBytes: number): string | undefined {
  if (Buffer.byteLength(label, 'utf8') > maxBytes) return `must have at most ${maxBytes} bytes of UTF-8`;
  return lineProblem(label);
}

export function projectNameProblem(name: string, maxCharacters: number): string | undefined {
  if (hasMoreCharacters(name, maxCharacters)) return `must have at most ${maxCharacters} characters`;
  return lineProblem(name);
}

/** Something that is written in one line, such as a name. */
export function lineProblem(line: string): string | undefined {
  if (line.trim() === '') return 'must not be empty';
  if (CONTROL.test(line)) return 'must not hold control characters';
  return textProblem(line);
}

/** Counts code points, as JSON Schema does, and only where UTF-16 units leave it open. */
function hasMoreCharacters(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let characters = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each pair has one low surrogate.
    if (unit >= 0xdc00 && unit <= 0xdfff) characters--;
  }
  return characters > limit;
}
