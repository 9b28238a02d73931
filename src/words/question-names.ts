/** Who is named in a question, of the speakers that are known; and the question as they would have said it. */

/** What a word is made of. Made once: compiling such a class takes a millisecond. */
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u;
const POSSESSIVE = /['’]s/y;

const SPACES = /[ \t\n\v\f\r]+/;

/** Letters and digits within what stands between spaces. A name has no more such parts ("J.R.R.", "O’Neil"). */
const PARTS = /[\p{L}\p{M}\p{N}_]+/gu;
const MOST_PARTS = 8;

/**
 * With what a speaker that the question names can begin: everything in it that could be the first word of a name, each
 * once. Of `Ana's?` that is `Ana`, `Ana's`, `s`, and each with the sign behind it.
 */
export function possibleFirstWords(question: string): string[] {
  const words = new Set<string>();
  for (const text of question.split(SPACES)) {
    const parts = [...text.matchAll(PARTS)].slice(0, MOST_PARTS);
    const starts = [0, ...parts.map(({ index }) => index)];
    const ends = [...parts.map(({ index, 0: part }) => index + part.length), text.length];
    for (const start of starts) for (const end of ends) if (start < end) words.add(text.slice(start, end));
  }
  return [...words];
}

/** The first word of a speaker's name: up to the first space. */
export function firstWordOf(speaker: string): string {
  return speaker.split(' ', 1)[0]!;
}

/** Those that the question names: by the whole name or its first word, as whole words, in exactly these letters. */
export function namedIn(question: string, speakers: readonly string[]): string[] {
  const named = new Map<string, boolean>();
  const isNamed = (name: string): boolean => {
    const known = named.get(name) ?? mentions(question, name);
    named.set(name, known);
    return known;
  };
  return speakers.filter((speaker) => isNamed(speaker) || isNamed(firstWordOf(speaker)));
}

/**
 * The question in the first person of whom it names: people say "I planted", nobody says "Ana planted". "Ana's" becomes "my" and
 * "Ana" becomes "I". Of names that begin alike the longest is meant.
 *
 * @param named see `namedIn`.
 */
export function inFirstPerson(question: string, named: readonly string[]): string {
  const names = [...new Set(named.flatMap((speaker) => [speaker, firstWordOf(speaker)]))]
    .filter((name) => mentions(question, name))
    .sort((a, b) => b.length - a.length);
  if (names.length === 0) return question;
  let rewritten = '';
  for (let at = 0; at < question.length;) {
    const name = names.find(
      (each) => question.startsWith(each, at) && isWhole(question, at, at + each.length),
    );
    if (name === undefined) rewritten += question[at++];
    else {
      at += name.length;
      const end = possessiveEnd(question, at);
      rewritten += end === undefined ? 'I' : 'my';
      at = end ?? at;
    }
  }
  return rewritten;
}

function mentions(question: string, name: string): boolean {
  if (name === '') return false;
  for (let at = question.indexOf(name); at >= 0; at = question.indexOf(name, at + 1))
    if (isWhole(question, at, at + name.length)) return true;
  return false;
}

/** Whether what stands there is not a part of a longer word. */
function isWhole(text: string, start: number, end: number): boolean {
  const before = isLowSurrogate(text.charCodeAt(start - 1)) ? start - 2 : start - 1;
  return !isWordCharacter(text, before) && !isWordCharacter(text, end);
}

function isWordCharacter(text: string, at: number): boolean {
  const character = text.codePointAt(at);
  return character !== undefined && WORD_CHARACTER.test(String.fromCodePoint(character));
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Where an `'s` that stands there ends; undefined if there is none. */
function possessiveEnd(text: string, at: number): number | undefined {
  POSSESSIVE.lastIndex = at;
  const end = at + 2;
  return POSSESSIVE.test(text) && !isWordCharacter(text, end) ? end : undefined;
}
