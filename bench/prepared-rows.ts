import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

const TABLES = ['memories', 'memory_vectors'] as const;
/** As many as a migration writes in one transaction. */
const BATCH = 1_000;

/** The rows of a migrated database as COPY takes them, batch by batch: what writing them costs when all else is done. */
export class PreparedRows {
  private constructor(
    private readonly client: Client,
    private readonly batches: readonly Readonly<Record<(typeof TABLES)[number], Buffer>>[],
  ) {}

  /** Takes them out of the database, memories as they stand there: in the order in which they came, more or less. */
  static async read(url: string): Promise<PreparedRows> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const take = (rows: string) =>
      buffer(client.query(copyTo(`copy (select ${rows}) to stdout (format binary)`)));
    const batches: { memories: Buffer; memory_vectors: Buffer }[] = [];
    for (const [first, next] of await ranges(client)) {
      const batch = `wisdom_memory.memories as memory where memory.ctid >= '${first}' and memory.ctid < '${next}'`;
      batches.push({
        memories: await take(`memory.* from ${batch}`),
        memory_vectors: await take(
          `vector.* from wisdom_memory.memory_vectors as vector
           where (vector.user_id, vector.memory_id) in (select memory.user_id, memory.id from ${batch})`,
        ),
      });
    }
    return new PreparedRows(client, batches);
  }

  /** Puts them into the same tables, now empty, with the same indexes: COPY into a temporary table, then INSERT. */
  async write(): Promise<void> {
    await this.client.query('truncate wisdom_memory.memories cascade');
    for (const batch of this.batches) {
      await this.client.query('begin');
      for (const table of TABLES) {
        await this.client.query(
          `create temp table staged_${table} (like wisdom_memory.${table}) on commit drop`,
        );
        const into = this.client.query(copyFrom(`copy staged_${table} from stdin (format binary)`));
        await pipeline(Readable.from([batch[table]]), into);
        await this.client.query(`insert into wisdom_memory.${table} select * from staged_${table}`);
      }
      await this.client.query('commit');
    }
    for (const table of TABLES) await this.client.query(`vacuum (analyze) wisdom_memory.${table}`);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** Places of rows: where each batch of them begins, and where the next does. */
async function ranges(client: Client): Promise<(readonly [string, string])[]> {
  const { rows } = await client.query<{ place: string }>(
    `select ctid::text as place from (
       select ctid, row_number() over (order by ctid) as number from wisdom_memory.memories) as numbered
     where number % ${BATCH} = 1`,
  );
  const starts = rows.map(({ place }) => place);
  return starts.map((start, i) => [start, starts[i + 1] ?? BEHIND_ALL]);
}

const BEHIND_ALL = '(4294967294,1)';
