/**
 * The same items; while one is worked on, the next two are already on their way. With one, whoever reads would be idle
 * while the database still writes.
 */
export async function* readAhead<T>(
  items: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const coming = [next(items), next(items)];
  try {
    for (;;) {
      const { done, value } = await coming.shift()!;
      if (done) return;
      coming.push(next(items));
      yield value;
    }
  } finally {
    await Promise.allSettled(coming);
    await items.return();
  }
}

function next<T>(items: AsyncGenerator<T, void, undefined>): Promise<IteratorResult<T, void>> {
  const result = items.next();
  // Should nobody ask for it any more, its failure is nobody's.
  result.catch(() => undefined);
  return result;
}
