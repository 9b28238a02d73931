import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JsonValue } from '../../src/memory/memory';

const FIXTURE = join(__dirname, '../fixtures/original-postgresql');

/** What is in the original's database. */
export interface OriginalManifest {
  readonly memories: number;
  readonly by_user: Readonly<Record<string, number>>;
  readonly projects: readonly { readonly name: string; readonly user_id: number }[];
  readonly migrates: number;
  readonly samples: readonly {
    readonly id: number;
    readonly content_starts: string;
    readonly characters: number;
    readonly session_id: number | null;
    readonly project: string | null;
    readonly user_id: number;
    readonly metadata: JsonValue;
    readonly created_at: string | null;
    readonly has_vector: boolean;
  }[];
  /** External ids of those that have no vector. */
  readonly embedded: readonly string[];
}

export function originalManifest(): OriginalManifest {
  return JSON.parse(readFileSync(`${FIXTURE}.json`, 'utf8'));
}

/** Makes the original's tables, with everything in them, in a database that has none. */
export function restoreOriginal(url: string): void {
  const input = gunzipSync(readFileSync(`${FIXTURE}.sql.gz`));
  execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', url], { input, stdio: 'pipe' });
}

/** Of all that pg_dump finds in the original's schema; it changes when anything does. */
export function digestOfOriginal(url: string): string {
  const dump = execFileSync('pg_dump', ['--schema=public', url], { maxBuffer: 2 ** 30 }).toString('utf8');
  // Newer versions begin and end with a word that is another one each time.
  const lasting = dump.replace(/^\\(un)?restrict .*$/gm, '');
  return createHash('sha256').update(lasting).digest('hex');
}
