import { SqliteSource, textOf } from './sqlite-source';

/** Which of ChromaDB's schema migrations a directory has seen; 0 where none of that kind. */
export interface Migrations {
  readonly sysdb: number;
  readonly metadb: number;
  readonly embeddings_queue: number;
}

export interface ChromaGeneration {
  readonly migrations: Migrations;
  /** The versions of ChromaDB that leave a directory like this: `0.5.7 to 0.6.3`. */
  readonly writtenBy: string;
  /** Newer than everything this reader was tried on. It may still be read in full. */
  readonly newerThanKnown: boolean;
}

/** Newest first, from the migrations inside the published packages; of 1.x a sample of each minor version. */
const GENERATIONS: readonly (Migrations & { readonly versions: string })[] = [
  { sysdb: 10, metadb: 6, embeddings_queue: 2, versions: '1.5' },
  { sysdb: 10, metadb: 5, embeddings_queue: 2, versions: '1.3 to 1.4' },
  { sysdb: 9, metadb: 5, embeddings_queue: 2, versions: '1.0 to 1.2' },
  { sysdb: 9, metadb: 4, embeddings_queue: 2, versions: '0.5.7 to 0.6.3' },
  { sysdb: 7, metadb: 3, embeddings_queue: 1, versions: '0.5.4 to 0.5.5' },
  { sysdb: 5, metadb: 3, embeddings_queue: 1, versions: '0.5.0 to 0.5.3' },
  { sysdb: 4, metadb: 3, embeddings_queue: 1, versions: '0.4.15 to 0.4.24' },
  { sysdb: 3, metadb: 1, embeddings_queue: 1, versions: '0.4.0 to 0.4.14' },
];

export function readGeneration(source: SqliteSource): ChromaGeneration {
  const applied = source.hasTable('migrations')
    ? source.rows('SELECT CAST(dir AS BLOB), CAST(max(version) AS INTEGER) FROM migrations GROUP BY dir')
    : [];
  const versions = new Map(applied.map(([kind, version]) => [textOf(kind), Number(version)]));
  return generationOf({
    sysdb: versions.get('sysdb') ?? 0,
    metadb: versions.get('metadb') ?? 0,
    embeddings_queue: versions.get('embeddings_queue') ?? 0,
  });
}

export function generationOf(migrations: Migrations): ChromaGeneration {
  const newest = GENERATIONS[0]!;
  const newerThanKnown = !reaches(newest, migrations);
  const known = GENERATIONS.find((generation) => reaches(migrations, generation));
  return {
    migrations,
    newerThanKnown,
    writtenBy: newerThanKnown ? `newer than ${newest.versions}` : (known?.versions ?? 'before 0.4.0'),
  };
}

function reaches(migrations: Migrations, generation: Migrations): boolean {
  return (
    migrations.sysdb >= generation.sysdb &&
    migrations.metadb >= generation.metadb &&
    migrations.embeddings_queue >= generation.embeddings_queue
  );
}
