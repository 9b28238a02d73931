import type { WordAnalysis } from '../../words/word-analysis';
import { lexemesText } from './lexemes';
import type { PostgresDatabase } from './database/postgres-database';
import type { TenantContext } from './tenant-context';

/** So many chunks at once: no transaction that locks rows takes long, and the event loop has its turn in between. */
const BATCH = 500;

type Words = Pick<TenantContext, 'connection' | 'userId'> & { readonly analysis?: WordAnalysis };

/**
 * Gives words to the chunks that have none yet, of every tenant: those that were there before words were, and what a rolled back
 * import restored of these. To be interrupted at any time; several instances do each other's work twice at worst.
 *
 * @param stopped asked between the batches.
 */
export async function fillWords(
  database: PostgresDatabase,
  analysis: WordAnalysis,
  stopped: () => boolean,
): Promise<void> {
  for (;;) {
    const { rows } = await database.withoutTenant((connection) =>
      connection.query<{ user_id: string; ids: string[] }>(
        `select user_id, array_agg(memory_id) as ids from wisdom_memory.chunks_without_words($1::integer)
         group by user_id`,
        [BATCH],
      ),
    );
    if (rows.length === 0) return;
    for (const { user_id, ids } of rows) {
      if (stopped()) return;
      const userId = Number(user_id);
      await database.withTenant(userId, (connection) => fillWordsOf({ connection, userId, analysis }, ids));
    }
  }
}

/** Makes the words beside the vectors of memories those of their texts. */
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
    `update wisdom_memory.memory_vectors as vector set lexemes = words.lexemes
     from json_to_recordset($2::json) as words(id uuid, chunk smallint, lexemes tsvector)
     where vector.user_id = $1::bigint and vector.memory_id = words.id and vector.chunk = words.chunk`,
    [tenant.userId, JSON.stringify(words)],
  );
}
