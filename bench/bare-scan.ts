import { Pool } from 'pg';
import { halfVector } from '../src/memory/postgres/search/half-precision';

/** One user's part of the covering index, compared with a question: no policy, no chunks, no memories. */
const SCAN = `
  select memory_id, embedding <=> $1::halfvec as distance from wisdom_memory.memory_vectors
  where user_id = $2 and model_id = 1 order by distance limit 10`;

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

  async nearest(userId: number, vector: Float32Array): Promise<void> {
    await this.pool.query({ name: 'bare', text: SCAN, values: [halfVector(vector), userId] });
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}
