/** C0 controls that are not white space. NUL is what PostgreSQL cannot keep; the others are never text. */
// eslint-disable-next-line no-control-regex
const CONTROL_IN_TEXT = /[\u0000-\u0008\u000e-\u001f]/;

/** Every control character of Unicode: C0, DEL and C1. */
const CONTROL = /\p{Cc}/u;

/** In a `u` expression a whole pair is one character, so only a half without its other half matches. */
const LONE_SURROGATE = /\p{Cs}/u;

/** What is wrong with a free text or with a string in metadata, or undefined. White space such as \n is fine. */
export function textProblem(text: string): string | undefined {
  if (LONE_SURROGATE.test(text)) return 'must not hold half of a surrogate pair';
  if (CONTROL_IN_TEXT.test(text)) return 'must not hold control characters other than white space';
  return undefined;
}

/** What is wrong with a name, a label or an external id: as `textProblem`, but without any control character. */
export function labelProblem(label: string): string | undefined {
  return CONTROL.test(label) ? 'must not hold control characters' : textProblem(label);
}
