/** Shorter names are a letter or two away from too many of other programs. */
const SHORTEST = 8;

/**
 * Names in an environment that look like one of ours written wrongly, with what was probably meant: at most two
 * letters added, left out or changed.
 */
export function misspeltVariables(
  present: Iterable<string>,
  known: readonly string[],
): { readonly name: string; readonly meant: string }[] {
  const ours = known.filter((name) => name.length >= SHORTEST);
  return [...present]
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = ours.find((candidate) => distance(name, candidate) <= 2);
      return meant === undefined ? [] : [{ name, meant }];
    });
}

/** Levenshtein distance, or 3 where the lengths alone say that it is more than 2. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++)
      current.push(Math.min(previous[j + 1]! + 1, current[j]! + 1, previous[j]! + (a[i] === b[j] ? 0 : 1)));
    previous = current;
  }
  return previous[b.length]!;
}
