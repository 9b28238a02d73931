import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

const TABLES = ['memories', 'memory_vectors'] as const;
const BATCH = 1_000;

/** The rows of a migrated database as COPY takes them, batch by batch: what writing them costs when all else is done. */
export class PreparedRows {
  private constructor(
    private readonly client: Client,
    private readonly batches: readonly Readonly<Record<(typeof TABLES)[number], Buffer>>[],
  ) {}

  /** Takes them out of the database, which has that many. */
  static async read(url: string, records: number): Promise<PreparedRows> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const take = (table: string, key: string, offset: number) =>
      buffer(
        client.query(
          copyTo(
            `copy (select * from wisdom_memory.${table} order by ${key} offset ${offset} limit ${BATCH}) to stdout (format binary)`,
          ),
        ),
      );
    const batches: { memories: Buffer; memory_vectors: Buffer }[] = [];
    for (let offset = 0; offset < records; offset += BATCH)
      batches.push({
        memories: await take('memories', 'id', offset),
        memory_vectors: await take('memory_vectors', 'memory_id', offset),
      });
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
