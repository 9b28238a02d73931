import { CandidateChunk, CandidatePool, CandidateQuery, chunkKey, WordScope } from '../../candidates';
import { allChoose, choosingWeights } from '../../hybrid/word-weights';
import { isLive } from '../../stored-memory';
import { ChunkNearness } from './chunk-nearness';
import { matcher } from './matching-entries';
import { NearestMemories } from './nearest-memories';
import { ChunkPlace } from './session-index';
import { byEntryOccurrence, TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';
import { visitInSlices } from '../../../common/time-slices';

/** The candidates of one question among one user's memories. */
export class CandidateFinder {
  private readonly nearness: ChunkNearness;
  private readonly isWanted: (entry: TenantEntry) => boolean;
  private readonly isLive = ({ header }: TenantEntry): boolean => isLive(header, this.now);

  constructor(
    private readonly index: TenantIndex,
    nearest: NearestMemories,
    private readonly query: CandidateQuery,
    private readonly now: Date,
  ) {
    this.nearness = new ChunkNearness(index, nearest, query);
    this.isWanted = matcher(index, query.filter, now);
  }

  async find(): Promise<CandidatePool> {
    const { words, byVector, byWords } = this.query;
    const scope = this.scope();
    const weights = choosingWeights(words, scope);
    const ranked =
      byVector === 0
        ? { chunks: [], strategy: 'exact' as const, exhaustive: true }
        : await this.nearness.ranked(byVector + 1, this.isWanted, this.now);
    const worded = await this.byWords(weights);
    const places = this.withNeighbours([...ranked.chunks.slice(0, byVector), ...worded.slice(0, byWords)]);
    return {
      chunks: await this.candidates(places),
      scope,
      nearestLeft: ranked.chunks[byVector]?.rank,
      moreByWords: worded.length > byWords,
      strategy: ranked.strategy,
      exhaustive: ranked.exhaustive && allChoose(words, scope, weights),
    };
  }

  private scope(): WordScope {
    const { words } = this.index;
    const expired = this.index.expired(this.now);
    const gone = expired.flatMap((entry) =>
      Array.from({ length: entry.chunks }, (_, chunk): ChunkPlace => ({ entry, chunk })),
    );
    const goneWith = (lexeme: string) =>
      gone.filter(({ entry, chunk }) => words.countIn(entry, chunk, lexeme) > 0).length;
    return {
      chunks: words.chunks - gone.length,
      chunksWith: this.query.words.map(({ lexeme }) => words.chunksWith(lexeme) - goneWith(lexeme)),
    };
  }

  /** The chunks that have words which choose, the best first. */
  private async byWords(weights: readonly number[]): Promise<ChunkPlace[]> {
    const { words } = this.index;
    const found = new Map<TenantEntry, number[]>();
    for (const [i, { lexeme }] of this.query.words.entries()) {
      if (weights[i] === 0) continue;
      await visitInSlices(words.entriesWith(lexeme), (entry) => {
        if (!this.isWanted(entry)) return;
        const sums = found.get(entry) ?? new Array<number>(entry.chunks).fill(0);
        for (let chunk = 0; chunk < entry.chunks; chunk++)
          if (words.countIn(entry, chunk, lexeme) > 0) sums[chunk]! += weights[i]!;
        found.set(entry, sums);
      });
    }
    return [...found]
      .flatMap(([entry, sums]) => sums.map((weight, chunk) => ({ entry, chunk, weight })))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight || byEntryOccurrence(b.entry, a.entry) || b.chunk - a.chunk);
  }

  private withNeighbours(chosen: readonly ChunkPlace[]): ChunkPlace[] {
    const { sessions } = this.index;
    const places = new Map<string, ChunkPlace>();
    for (const place of chosen)
      for (const near of [
        place,
        ...sessions.before(place, this.isLive),
        ...sessions.after(place, this.isLive),
      ])
        if (this.isWanted(near.entry)) places.set(keyOf(near), near);
    return [...places.values()];
  }

  private async candidates(places: readonly ChunkPlace[]): Promise<CandidateChunk[]> {
    const cosines = await this.nearness.cosinesOf([...new Set(places.map(({ entry }) => entry))]);
    const { words, sessions } = this.index;
    return places.map((place) => {
      const { entry, chunk } = place;
      const ofEntry = cosines.get(entry);
      return {
        memoryId: entry.header.id,
        chunk,
        speaker: entry.header.speaker,
        occurredAt: entry.header.occurredAt,
        cosine: ofEntry?.get(chunk) ?? 0,
        similarity: ofEntry && ofEntry.size > 0 ? Math.max(...ofEntry.values()) : 0,
        counts: this.query.words.map(({ lexeme }) => words.countIn(entry, chunk, lexeme)),
        asks: words.asks(entry, chunk),
        following: sessions.after(place, this.isLive).map(keyOf),
      };
    });
  }
}

function keyOf({ entry, chunk }: ChunkPlace): string {
  return chunkKey(entry.header.id, chunk);
}
