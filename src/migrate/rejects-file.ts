import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { StartupError } from '../common/startup.error';
import type { JsonObject } from '../memory/memory';

/** A record that is not taken, with everything that it had. */
export interface Reject {
  readonly collection: string;
  readonly id: string;
  readonly reason: string;
  readonly original: JsonObject;
}

/** A vector as JSON, which knows no NaN and no infinity. */
export function numbersOf(vector: Float32Array): (number | string)[] {
  return Array.from(vector, (value) => (Number.isFinite(value) ? value : String(value)));
}

/** Whether a file of rejects still has what it had at a checkpoint. */
export function hasRejects(path: string, bytes: number): boolean {
  return bytes === 0 || (existsSync(path) && statSync(path).size >= bytes);
}

/** `migration-<run>-rejects.ndjson`: a line for each record that is not taken. Made with the first. */
export class RejectsFile {
  private descriptor?: number;
  private length = 0;

  constructor(readonly path: string) {}

  /** How much of it there is, all of it on disk. */
  get bytes(): number {
    return this.length;
  }

  /** Cuts off everything behind a length, which may be there from a run that was broken off. */
  rewind(bytes: number): void {
    this.length = bytes;
    if (this.descriptor === undefined && !existsSync(this.path)) return;
    this.attempt((descriptor) => ftruncateSync(descriptor, bytes));
  }

  /** Resolves nothing later: when it returns, the lines are on disk. */
  append(rejects: readonly Reject[]): void {
    if (rejects.length === 0) return;
    const lines = rejects.map(({ original, ...reject }) => JSON.stringify({ ...reject, ...original }));
    const data = Buffer.from(`${lines.join('\n')}\n`);
    this.attempt((descriptor) => {
      for (let written = 0; written < data.length;)
        written += writeSync(descriptor, data, written, data.length - written, this.length + written);
      fsyncSync(descriptor);
    });
    this.length += data.length;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private attempt(work: (descriptor: number) => void): void {
    try {
      this.descriptor ??= openSync(this.path, existsSync(this.path) ? 'r+' : 'wx');
      work(this.descriptor);
    } catch (cause) {
      throw new StartupError(
        `What cannot be migrated cannot be written to ${this.path} (${(cause as NodeJS.ErrnoException).code}). See to it ` +
          'that it can, then resume.',
        { cause },
      );
    }
  }
}
