import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { x as extract } from 'tar';

/** Directories that these versions of the Python package wrote; each has a manifest of what is in it. */
export const CHROMA_VERSIONS = ['0.4.24', '0.5.23', '0.6.3', '1.0.5', '1.5.9'] as const;
export type ChromaVersion = (typeof CHROMA_VERSIONS)[number];

const FIXTURES = join(__dirname, '../fixtures/chroma');

export interface ManifestCollection {
  readonly name: string;
  readonly space: string;
  readonly dimension: number | null;
  readonly count: number;
  /** How many a migration to PostgreSQL takes; the others are `rejects`. */
  readonly migrates: number;
  readonly rejects: readonly { readonly id: string; readonly reason: string }[];
  readonly samples: readonly {
    readonly id: string;
    readonly document: string | null;
    readonly metadata: Record<string, unknown> | null;
    readonly vector_starts: readonly number[];
  }[];
  /** The nearest ten among those that migrate, by brute force. */
  readonly queries?: readonly {
    readonly vector_of: string;
    readonly nearest: readonly { readonly id: string; readonly similarity: number }[];
  }[];
}

export function chromaManifest(version: ChromaVersion): readonly ManifestCollection[] {
  const manifest = JSON.parse(readFileSync(join(FIXTURES, `chroma-${version}.json`), 'utf8'));
  return manifest.collections;
}

/** A fresh copy of a directory, in a folder of its own. */
export async function unpackedChroma(
  version: ChromaVersion,
): Promise<{ readonly path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'wisdom-fixture-'));
  await extract({ file: join(FIXTURES, `chroma-${version}.tar.gz`), cwd: folder });
  return { path: join(folder, 'chroma'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Every file of a directory with its digest, and the times that a change would move. */
export function snapshotOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = [directory, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  return Object.fromEntries(
    paths.sort().map((path) => {
      const { mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      const digest = statSync(path).isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : 'directory';
      return [path, `${digest} ${mtimeNs} ${ctimeNs}`];
    }),
  );
}
