import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a client sent to the original and what it answered. */
export interface RecordedCall {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON, or a text that is none. */
  readonly body?: Record<string, unknown> | string;
  readonly status: number;
  readonly answer: Answer;
}

export type Answer = Record<string, unknown>;

export interface Recording {
  readonly backend: 'chromadb' | 'postgresql';
  readonly calls: readonly RecordedCall[];
}

export function readRecording(backend: Recording['backend']): Recording {
  const file = join(__dirname, `../../fixtures/contract/original-${backend}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}
