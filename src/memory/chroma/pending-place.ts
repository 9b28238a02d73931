import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConfig } from '../../config/app-config';
import { servedDirectory } from './adoption/existing-directory';
import { ChromaSurroundings, openChroma } from './open-chroma';
import type { PendingRecords } from './pending-records';

/** Stands in a directory that may have memories that wait to be brought to PostgreSQL. */
const NOTE_FILE = 'fallback.json';

/** Where ChromaDB keeps what was written while PostgreSQL could not be used, seen when PostgreSQL is in use. */
export class PendingPlace {
  constructor(
    private readonly config: AppConfig,
    private readonly surroundings: ChromaSurroundings,
  ) {}

  /** A directory says so by itself, without a server over it; a server that somebody else runs has to be asked. */
  get mayHaveAny(): boolean {
    const { url } = this.config.chroma;
    return url !== undefined || this.notes().some((note) => existsSync(note));
  }

  /** Notes that from now on there may be some. ChromaDB must be in use. */
  note(): void {
    const { url, path } = this.config.chroma;
    if (url !== undefined) return;
    const content = { since: this.surroundings.clock.now().toISOString() };
    writeFileSync(join(servedDirectory(path).directory, NOTE_FILE), `${JSON.stringify(content)}\n`, {
      flush: true,
    });
  }

  /** Notes that there are none. */
  forget(): void {
    for (const note of this.notes()) rmSync(note, { force: true });
  }

  /** Has ChromaDB open for as long as `work` takes. */
  async open<T>(work: (records: PendingRecords) => Promise<T>): Promise<T> {
    const chroma = openChroma(this.config, this.surroundings);
    try {
      await chroma.connect();
      return await work(chroma.pendingRecords());
    } finally {
      await chroma.close();
    }
  }

  /** In the directory itself, or in the copy that is served in its place. */
  private notes(): string[] {
    const { path } = this.config.chroma;
    return [path, `${path}.wisdom`].map((directory) => join(directory, NOTE_FILE));
  }
}
