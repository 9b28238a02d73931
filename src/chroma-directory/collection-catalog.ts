import { sequenceColumn, sequenceOf } from './sequence-number';
import { SqliteSource, SqliteValue, textOf } from './sqlite-source';

export type Space = 'cosine' | 'l2' | 'ip';

/** A collection and where its parts are. */
export interface CollectionSegments {
  /** The collection's id. */
  readonly collection: string;
  readonly name: string;
  /** `default_tenant` and `default_database` unless its owner chose others. */
  readonly tenant: string;
  readonly database: string;
  readonly dimension: number | null;
  readonly space: Space;
  /** Empty where nothing was ever stored. */
  readonly metadataSegment: string;
  /** Also the name of the folder that holds the index. */
  readonly vectorSegment: string | undefined;
  /** Up to where each segment has applied the queue; undefined where SQLite does not say. */
  readonly metadataWatermark: number | undefined;
  readonly vectorWatermark: number | undefined;
}

/** ChromaDB's default where nothing says otherwise. */
const DEFAULT_SPACE = 'l2';

/** Every collection, by name. */
export function readCatalog(source: SqliteSource): CollectionSegments[] {
  const columns = source.columnsOf('collections');
  const blob = (column: string) => (columns.has(column) ? `CAST(c.${column} AS BLOB)` : 'NULL');
  const databases = columns.has('database_id') && source.hasTable('databases');
  const rows = source.rows(
    `SELECT CAST(c.id AS BLOB), CAST(c.name AS BLOB), ${columns.has('dimension') ? 'CAST(c.dimension AS INTEGER)' : 'NULL'},
            ${blob('schema_str')}, ${blob('config_json_str')},
            ${databases ? 'CAST(d.tenant_id AS BLOB), CAST(d.name AS BLOB)' : 'NULL, NULL'}
     FROM collections c ${databases ? 'LEFT JOIN databases d ON d.id = c.database_id' : ''}
     ORDER BY c.name, c.id`,
  );
  return rows.map(([id, name, dimension, schema, config, tenant, database]) => {
    const collection = textOf(id);
    const segments = readSegments(source, collection);
    const vectorSegment = segments.get('VECTOR');
    const metadataSegment = segments.get('METADATA') ?? '';
    return {
      collection,
      name: textOf(name),
      tenant: tenant === null ? 'default_tenant' : textOf(tenant),
      database: database === null ? 'default_database' : textOf(database),
      dimension: typeof dimension === 'number' ? dimension : null,
      space: readSpace(source, collection, schema, config),
      metadataSegment,
      vectorSegment,
      metadataWatermark: readWatermark(source, metadataSegment),
      vectorWatermark: readWatermark(source, vectorSegment),
    };
  });
}

/** Ids of the segments by scope. */
function readSegments(source: SqliteSource, collection: string): ReadonlyMap<string, string> {
  const rows = source.rows(
    'SELECT CAST(scope AS BLOB), CAST(id AS BLOB) FROM segments WHERE collection = ?',
    collection,
  );
  return new Map(rows.map(([scope, id]) => [textOf(scope), textOf(id)]));
}

function readWatermark(source: SqliteSource, segment: string | undefined): number | undefined {
  if (segment === undefined) return undefined;
  const [row] = source.rows(
    `SELECT ${sequenceColumn('seq_id')} FROM max_seq_id WHERE segment_id = ?`,
    segment,
  );
  return row && sequenceOf(row[0]);
}

/** The metadata wins over the configuration: a 1.0 server shows `l2` for a legacy collection and computes cosine. */
function readSpace(
  source: SqliteSource,
  collection: string,
  schema: SqliteValue | undefined,
  config: SqliteValue | undefined,
): Space {
  const [legacy] = source.rows(
    `SELECT CAST(str_value AS BLOB) FROM collection_metadata WHERE collection_id = ? AND key = 'hnsw:space'`,
    collection,
  );
  const named = legacy ? textOf(legacy[0]) : (spaceIn(schema) ?? spaceIn(config));
  return named === 'cosine' || named === 'ip' ? named : DEFAULT_SPACE;
}

/** Places of the space in `schema_str` (1.3 and newer) and `config_json_str` (1.0; 0.5.7 to 0.6.3). */
const SPACE_PATHS = [
  ['keys', '#embedding', 'float_list', 'vector_index', 'config', 'space'],
  ['defaults', 'float_list', 'vector_index', 'config', 'space'],
  ['vector_index', 'hnsw', 'space'],
  ['hnsw_configuration', 'space'],
] as const;

function spaceIn(json: SqliteValue | undefined): string | undefined {
  const parsed = parseObject(textOf(json));
  for (const path of SPACE_PATHS) {
    const value = path.reduce<unknown>(
      (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
      parsed,
    );
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function parseObject(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    return undefined;
  }
}
