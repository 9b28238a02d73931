import { BackendUnavailableError } from '../../memory.errors';
import { IndexCopies } from './index-copies';

/**
 * Takes copies of the vector indexes in time: ChromaDB writes an index again only after so many more records, so before
 * the write that makes them so many, everything that was written to the end is copied.
 */
export class IndexSafeguard {
  private readonly copies: IndexCopies;
  /** Records since the last copies were taken. At first nobody knows. */
  private written = Infinity;
  private taking: Promise<void> = Promise.resolve();

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
    this.written += records;
    if (this.written >= this.recordsPerSync) {
      this.written = records;
      this.taking = this.taking.catch(() => undefined).then(() => this.take());
    }
    // Also of others' writes: what they are copying may be what this write would make the server overwrite.
    await this.taking;
  }

  private async take(): Promise<void> {
    try {
      await this.copies.take();
    } catch (cause) {
      this.written = Infinity;
      throw new BackendUnavailableError(
        `The vector index in ${this.directory} cannot be copied (${(cause as Error).message}), and ChromaDB would ` +
          'overwrite the only one. Nothing was changed; free some space, or give the right to write there.',
        { cause },
      );
    }
  }
}
