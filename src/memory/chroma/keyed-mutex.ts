/** One at a time for each key, in the order of asking; different keys do not wait for each other. */
export class KeyedMutex<K> {
  private readonly last = new Map<K, Promise<unknown>>();

  /** Runs `work` when all that was asked for before under the key has ended. */
  async run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const mine = (before ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => undefined);
    this.last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === settled) this.last.delete(key);
    }
  }

  /** Resolves when everything that was asked for has ended, also what is asked for meanwhile. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.all(this.last.values());
  }
}
