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

  /** Takes them out of the database, in the order in which they came there. */
  static async read(url: string): Promise<PreparedRows> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const take = async (table: string) => {
      const batches: Buffer[] = [];
      for (const [first, next] of await ranges(client, table))
        batches.push(
          await buffer(
            client.query(
              copyTo(
                `copy (select * from wisdom_memory.${table} where ctid >= '${first}' and ctid < '${next}') to stdout (format binary)`,
              ),
            ),
          ),
        );
      return batches;
    };
    const memories = await take('memories');
    const vectors = await take('memory_vectors');
    return new PreparedRows(
      client,
      memories.map((batch, i) => ({ memories: batch, memory_vectors: vectors[i]! })),
    );
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
async function ranges(client: Client, table: string): Promise<(readonly [string, string])[]> {
  const { rows } = await client.query<{ place: string }>(
    `select ctid::text as place from (
       select ctid, row_number() over (order by ctid) as number from wisdom_memory.${table}) as numbered
     where number % ${BATCH} = 1`,
  );
  const starts = rows.map(({ place }) => place);
  return starts.map((start, i) => [start, starts[i + 1] ?? BEHIND_ALL]);
}

const BEHIND_ALL = '(4294967294,1)';
