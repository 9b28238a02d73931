import type { PoolClient } from 'pg';

/** What the database notes of the words in it. */
export interface WordRecord {
  readonly id: number;
  /** Name of the analysis (`WordAnalysis.name`) by which words are written. */
  readonly analysis: string;
  /** The words of memories up to this one, by user and id, are certainly of this analysis. */
  readonly rewrittenTo?: MemoryPlace;
  /** Whether those of all are. */
  readonly complete: boolean;
}

export interface MemoryPlace {
  readonly userId: string;
  readonly memoryId: string;
}

interface RecordRow {
  readonly id: number;
  readonly name: string;
  readonly rewritten_user: string | null;
  readonly rewritten_memory: string | null;
  readonly complete: boolean;
}

/** Undefined where nobody has noted yet by which analysis the words are. */
export async function readWordRecord(connection: PoolClient): Promise<WordRecord | undefined> {
  const { rows } = await connection.query<RecordRow>(`select * from wisdom_memory.word_record()`);
  return rows.map(({ id, name, rewritten_user, rewritten_memory, complete }) => ({
    id,
    analysis: name,
    ...(rewritten_user !== null &&
      rewritten_memory !== null && {
        rewrittenTo: { userId: rewritten_user, memoryId: rewritten_memory },
      }),
    complete,
  }))[0];
}

/** From now on words are written by this analysis; those of others that are there, or of which it is unknown, are to be rewritten. */
export async function writeWordsBy(connection: PoolClient, analysis: string): Promise<void> {
  await connection.query(`select wisdom_memory.write_words_by($1::text)`, [analysis]);
}

/**
 * Notes how far the words are rewritten, where nobody has come further nor brought another analysis into force meanwhile.
 *
 * @param place undefined: to the end.
 */
export async function noteRewritten(
  connection: PoolClient,
  { id }: WordRecord,
  place: MemoryPlace | undefined,
): Promise<void> {
  await connection.query(`select wisdom_memory.words_rewritten_to($1::integer, $2::bigint, $3::uuid)`, [
    id,
    place?.userId,
    place?.memoryId,
  ]);
}
