import type { WordAnalysis } from '../../../words/word-analysis';
import type { PostgresDatabase } from '../database/postgres-database';
import { lexemesText } from '../lexemes';
import type { TenantContext } from '../tenant-context';
import { MemoryPlace, noteRewritten, readWordRecord, WordRecord } from './word-record';

/** So many chunks at once: no transaction that locks rows takes long, and the event loop has its turn in between. */
const BATCH = 500;

/** Before every memory, in the order of ids. */
const START: MemoryPlace = { userId: '0', memoryId: '00000000-0000-0000-0000-000000000000' };

type Words = Pick<TenantContext, 'connection' | 'userId'> & { readonly analysis?: WordAnalysis };

export interface WordWork {
  readonly database: PostgresDatabase;
  readonly analysis: WordAnalysis;
  readonly modelId: number;
  /** Asked between the batches. */
  readonly stopped: () => boolean;
  /** Told after each batch how many memories it was. */
  readonly progressed: (memories: number) => void;
}

/**
 * Rewrites the words of memories of every tenant that may be of another analysis, from where it was left; words that are
 * right already stay as they are. To be interrupted at any time, and ended by another analysis that comes into force; several
 * instances do each other's work twice at worst.
 */
export async function rewriteWords(work: WordWork): Promise<void> {
  const { database, modelId } = work;
  for (;;) {
    const record = await ownRecord(work);
    if (!record || record.complete) return;
    const { userId, memoryId } = record.rewrittenTo ?? START;
    const places = await database.withoutTenant((connection) =>
      placesOf(connection, `words_after($1::smallint, $2::bigint, $3::uuid, $4::integer)`, [
        modelId,
        userId,
        memoryId,
        BATCH,
      ]),
    );
    if (!(await fillPlaces(work, places))) return;
    await database.withoutTenant((connection) => noteRewritten(connection, record, places.at(-1)));
  }
}

/**
 * Gives words to the chunks that have none, of every tenant: those that were there before words were, what a rolled back import
 * restored, and what an instance stored that analyses them otherwise. Interrupted and ended like `rewriteWords`.
 */
export async function fillWords(work: WordWork): Promise<void> {
  while (await ownRecord(work)) {
    const places = await work.database.withoutTenant((connection) =>
      placesOf(connection, `chunks_without_words($1::integer)`, [BATCH]),
    );
    if (places.length === 0 || !(await fillPlaces(work, places))) return;
  }
}

/** Makes the words beside the vectors of memories those of their texts, or unknown where another analysis is in force. */
export async function fillWordsOf(
  { analysis, ...tenant }: Words,
  memoryIds: readonly string[],
): Promise<void> {
  if (!analysis) return;
  // Locked, so that nobody writes another text meanwhile.
  const { rows } = await tenant.connection.query<{ id: string; content: string; chunks: number }>(
    `select memory.id, memory.content, (
       select count(*)::integer from wisdom_memory.memory_vectors as vector
       where vector.user_id = memory.user_id and vector.memory_id = memory.id
       group by vector.model_id order by 1 desc limit 1) as chunks
     from wisdom_memory.memories as memory
     where memory.user_id = $1::bigint and memory.id = any($2::uuid[])
     order by memory.id for update`,
    [tenant.userId, memoryIds],
  );
  const words = rows.flatMap(({ id, content, chunks }) =>
    analysis.wordsOf(content, chunks).map((each, chunk) => ({ id, chunk, lexemes: lexemesText(each) })),
  );
  await tenant.connection.query(
    `with written as materialized (select wisdom_memory.words_are_by($3::text) as so)
     update wisdom_memory.memory_vectors as vector set lexemes = case when written.so then words.lexemes end
     from written, json_to_recordset($2::json) as words(id uuid, chunk smallint, lexemes tsvector)
     where vector.user_id = $1::bigint and vector.memory_id = words.id and vector.chunk = words.chunk
       and vector.lexemes is distinct from case when written.so then words.lexemes end`,
    [tenant.userId, JSON.stringify(words), analysis.name],
  );
}

/** What is noted, while the words are written by the analysis of this work and it is not stopped. */
async function ownRecord({ database, analysis, stopped }: WordWork): Promise<WordRecord | undefined> {
  if (stopped()) return undefined;
  const record = await database.withoutTenant(readWordRecord);
  return record?.analysis === analysis.name ? record : undefined;
}

async function placesOf(
  connection: TenantContext['connection'],
  call: string,
  values: unknown[],
): Promise<MemoryPlace[]> {
  const { rows } = await connection.query<{ user_id: string; memory_id: string }>(
    `select user_id, memory_id from wisdom_memory.${call}`,
    values,
  );
  return rows.map(({ user_id, memory_id }) => ({ userId: user_id, memoryId: memory_id }));
}

/** A transaction for each tenant. False where it was stopped before the end. */
async function fillPlaces(
  { database, analysis, stopped, progressed }: WordWork,
  places: readonly MemoryPlace[],
): Promise<boolean> {
  const byUser = new Map<string, string[]>();
  for (const { userId, memoryId } of places) byUser.set(userId, [...(byUser.get(userId) ?? []), memoryId]);
  for (const [user, ids] of byUser) {
    if (stopped()) return false;
    const userId = Number(user);
    await database.withTenant(userId, (connection) => fillWordsOf({ connection, userId, analysis }, ids));
    progressed(ids.length);
  }
  return true;
}
