/**
 * The text in pieces of at most `size` UTF-16 units, cut before white space where there is any in the second half of a
 * piece: there tokenisers cut as well, so that the tokens of the pieces are those of the text. Text without white
 * space is cut anywhere but inside a surrogate pair. Joined, the pieces are the text.
 */
export function* textSegments(text: string, size: number): Generator<string> {
  let start = 0;
  while (text.length - start > size) {
    const end = cutBefore(text, start, start + size);
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}

function cutBefore(text: string, start: number, limit: number): number {
  for (let end = limit; end > start + (limit - start) / 2; end--) if (/\s/.test(text[end]!)) return end;
  return isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
