import { BackendUnavailableError } from '../../memory.errors';
import { IndexCopies } from './index-copies';

/**
 * Takes copies of the vector indexes in time: ChromaDB writes an index again only after so many more records. So no write
 * begins that makes it so many since copies were begun that are complete now; what was written to the end in between
 * would have no copy. They are begun at half of that, beside the writes, which then hardly ever wait for them.
 */
export class IndexSafeguard {
  private readonly copies: IndexCopies;
  /** Records of all writes that were let through. */
  private written = 0;
  /** How many these were when the last complete copies were begun. At first nobody knows of any. */
  private copied = -Infinity;
  private taking?: { readonly done: Promise<void>; readonly alone: boolean };

  /** @param recordsPerSync fewer than that never make the server write an index. */
  constructor(
    private readonly directory: string,
    private readonly recordsPerSync: number,
  ) {
    this.copies = new IndexCopies(directory);
  }

  /**
   * To be called before each write, with how many records it has. Writes to one collection must not overlap.
   *
   * @throws BackendUnavailableError when a copy cannot be written.
   */
  async beforeWrite(records: number): Promise<void> {
    // Those begun from here on have what earlier writes to the collection made of its index, however many come now.
    let isCopied = false;
    while (this.taking?.alone || (!isCopied && this.isTooFar(records))) {
      if (this.taking) {
        await this.taking.done.catch(() => undefined);
      } else {
        await this.take({ alone: true });
        isCopied = true;
      }
    }
    this.written += records;
    // Should it fail, the next does it again, and says so when it can no longer wait.
    if (!this.taking && 2 * (this.written - this.copied) >= this.recordsPerSync)
      this.take({ alone: false }).catch(() => undefined);
  }

  /** Resolves when nothing is being copied. */
  async idle(): Promise<void> {
    await this.taking?.done.catch(() => undefined);
  }

  private isTooFar(records: number): boolean {
    return this.written - this.copied + records >= this.recordsPerSync;
  }

  /** @param alone whether writes wait for it. */
  private take({ alone }: { readonly alone: boolean }): Promise<void> {
    const done = this.takeFrom(this.written, alone).finally(() => (this.taking = undefined));
    this.taking = { done, alone };
    return done;
  }

  private async takeFrom(written: number, alone: boolean): Promise<void> {
    try {
      await this.copies.take({ alone });
      this.copied = written;
    } catch (cause) {
      // What there was may have made room for what then did not fit.
      if (alone) this.copied = -Infinity;
      throw new BackendUnavailableError(
        `The vector index in ${this.directory} cannot be copied (${(cause as Error).message}), and ChromaDB would ` +
          'overwrite the only one. Nothing was changed; free some space, or give the right to write there.',
        { cause },
      );
    }
  }
}
