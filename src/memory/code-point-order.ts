/**
 * Compares texts by Unicode code points, which is also the order of their UTF-8 bytes. JavaScript's `<` compares
 * UTF-16 units and puts U+10000 and above, written as surrogates D800 to DFFF, before U+E000 to U+FFFF.
 *
 * @returns negative, zero or positive, as `Array.prototype.sort` takes it.
 */
export function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lifts surrogates above every other unit and keeps all other order. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
