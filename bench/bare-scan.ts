import { Pool } from 'pg';
import { MEMORY_COLUMNS, MEMORY_TABLES } from '../src/memory/postgres/memory-row';
import { halfVector } from '../src/memory/postgres/search/half-precision';

/** One user's part of the covering index, compared with a question: no policy, no chunks, no memories. */
const SCAN = `
  select memory_id, embedding <=> $1::halfvec as distance from wisdom_memory.memory_vectors
  where user_id = $2 and model_id = 1 order by distance limit 10`;

/** Ten memories by their ids, whole: what every answer takes besides. */
const READ = `
  select ${MEMORY_COLUMNS} from ${MEMORY_TABLES} where memory.user_id = $1 and memory.id = any($2::uuid[])`;

/** Costs by which the planner takes the covering index, also for a user who has most of the table. */
const SETTINGS =
  '-c jit=off -c max_parallel_workers_per_gather=0 -c enable_seqscan=off -c seq_page_cost=10 -c random_page_cost=0.1';

/** The least that comparing all vectors of a user takes. */
export class BareScan {
  private readonly pool: Pool;

  /** @param concurrency connections at most. */
  constructor(url: string, concurrency: number) {
    this.pool = new Pool({ connectionString: url, options: SETTINGS, max: concurrency });
  }

  /** @returns the ids of the ten nearest. */
  async nearest(userId: number, vector: Float32Array): Promise<string[]> {
    const values = [halfVector(vector), userId];
    const { rows } = await this.pool.query<{ memory_id: string }>({ name: 'bare', text: SCAN, values });
    return rows.map(({ memory_id: id }) => id);
  }

  /** Reads memories, as little else as that takes. */
  async read(userId: number, ids: readonly string[]): Promise<void> {
    await this.pool.query({ name: 'read', text: READ, values: [userId, ids] });
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}
