import { CandidateQuery, NAMED_BONUS } from '../../candidates';
import type { SearchStrategy } from '../../memory';
import { Best } from './best';
import { NearestMemories } from './nearest-memories';
import { Question } from './question';
import { ChunkPlace } from './session-index';
import { TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';
import { VectorArena } from './vector-arena';

/** Where vectors are not in memory, of so many memories at least all chunks are compared: a named speaker moves up among them. */
const LEAST_COMPARED = 100;

export interface RankedChunk extends ChunkPlace {
  /** The cosine, and the bonus where the speaker is named. */
  readonly rank: number;
}

export interface RankedChunks {
  /** By falling rank, equal ones by rising id and chunk. */
  readonly chunks: readonly RankedChunk[];
  readonly strategy: SearchStrategy;
  /** False where one of higher rank can have been missed. */
  readonly exhaustive: boolean;
}

/** How near the chunks of one user are to a question. */
export class ChunkNearness {
  private readonly question: Question;
  private readonly named: ReadonlySet<string>;

  constructor(
    private readonly index: TenantIndex,
    private readonly nearest: NearestMemories,
    private readonly query: CandidateQuery,
  ) {
    this.question = new Question(query.vector);
    this.named = new Set(query.named);
  }

  /** The best by rank of those that are wanted, which are what the query's filter leaves now. */
  async ranked(most: number, isWanted: (entry: TenantEntry) => boolean, now: Date): Promise<RankedChunks> {
    const best = new Best<RankedChunk>(most, byRank, ({ rank }) => rank);
    const { vectors } = this.index;
    if (vectors) {
      await this.rank(vectors, isWanted, best);
      return { chunks: best.result(), strategy: 'exact', exhaustive: true };
    }
    const limit = Math.max(LEAST_COMPARED, 2 * most);
    const { candidates, strategy } = await this.nearest.find({ ...this.query, limit }, now);
    const entries = candidates.map(({ entry }) => entry);
    for await (const fetched of this.nearest.vectorsOf(entries)) await this.rank(fetched, () => true, best);
    const isAll = candidates.length < limit || this.named.size === 0;
    return { chunks: best.result(), strategy, exhaustive: strategy === 'exact' && isAll };
  }

  /** The cosine of each chunk that has a direction, by its number. */
  async cosinesOf(entries: readonly TenantEntry[]): Promise<Map<TenantEntry, Map<number, number>>> {
    const { vectors } = this.index;
    if (vectors) return new Map(entries.map((entry) => [entry, this.cosines(vectors, entry)]));
    const cosines = new Map<TenantEntry, Map<number, number>>();
    for await (const fetched of this.nearest.vectorsOf(entries))
      for (const entry of entries)
        if (fetched.rowsOf(entry)) cosines.set(entry, this.cosines(fetched, entry));
    return cosines;
  }

  private async rank(
    vectors: VectorArena<TenantEntry>,
    isWanted: (entry: TenantEntry) => boolean,
    best: Best<RankedChunk>,
  ): Promise<void> {
    const bonus = this.named.size === 0 ? 0 : NAMED_BONUS;
    await this.question.compareAll(
      vectors,
      () => best.least - bonus,
      (entry, numbers, first, count) => {
        if (!isWanted(entry)) return;
        const { speaker } = entry.header;
        const added = speaker !== null && this.named.has(speaker) ? NAMED_BONUS : 0;
        for (let row = 0; row < count; row++) {
          const rank = this.question.similarity(numbers, first + row) + added;
          if (rank >= best.least) best.offer({ entry, chunk: vectors.numberOf(entry, row), rank });
        }
      },
    );
  }

  private cosines(vectors: VectorArena<TenantEntry>, entry: TenantEntry): Map<number, number> {
    const rows = vectors.rowsOf(entry);
    if (!rows) return new Map();
    return new Map(
      Array.from({ length: rows.count }, (_, row) => [
        vectors.numberOf(entry, row),
        this.question.similarity(rows.numbers, rows.first + row),
      ]),
    );
  }
}

function byRank(a: RankedChunk, b: RankedChunk): number {
  const { id } = a.entry.header;
  const { id: other } = b.entry.header;
  return b.rank - a.rank || (id === other ? a.chunk - b.chunk : id < other ? -1 : 1);
}
