import { VectorQuery } from '../memory';
import { BestCandidates, Candidate } from './best-candidates';
import { ChromaCollections } from './chroma-collections';
import { matcher, matchingEntries } from './matching-entries';
import { Question } from './question';
import { directionsOf, recordIdsOf, TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';
import { visitInSlices } from './time-slices';

/** Fewer are asked for in vain: the server's index finds 50 as fast as 10, and more reliably (recall 1.000 for 0.998). */
const LEAST_ASKED = 100;
/** Of each memory wanted: its chunks come one by one, and some belong to memories that are filtered out. */
const ASKED_PER_MEMORY = 4;
/** Vectors in one answer: parsing more would block the event loop longer than 10 ms. */
const VECTORS_PER_ANSWER = 128;

export interface Nearest {
  readonly candidates: readonly Candidate[];
  readonly strategy: 'exact' | 'index';
}

/** The memories of a collection that are nearest to a question. */
export class NearestMemories {
  constructor(
    private readonly collections: ChromaCollections,
    private readonly collection: string,
    private readonly index: TenantIndex,
  ) {}

  async find(query: VectorQuery, now: Date): Promise<Nearest> {
    if (this.index.hasVectors) return { candidates: await this.inMemory(query, now), strategy: 'exact' };
    const matching = await matchingEntries(this.index.entries, query.filter, now);
    const found = await this.throughIndex(query, matching);
    if (found) return { candidates: found, strategy: 'index' };
    return { candidates: await this.compared(query, matching), strategy: 'exact' };
  }

  private async inMemory(
    { vector, filter, limit, minSimilarity }: VectorQuery,
    now: Date,
  ): Promise<readonly Candidate[]> {
    const question = new Question(vector);
    const best = new BestCandidates(limit, minSimilarity);
    const matches = matcher(filter, now);
    await visitInSlices(this.index.entries, (entry) => {
      if (matches(entry)) offer(best, entry, question.bestOf(entry.directions!));
    });
    return best.result();
  }

  /**
   * Through the server's approximate index, asking for more until enough is found. Undefined when that would fetch more
   * than there is to compare: few memories match, or the index does not reach those that do.
   */
  private async throughIndex(
    query: VectorQuery,
    matching: readonly TenantEntry[],
  ): Promise<readonly Candidate[] | undefined> {
    const wanted = new Set(matching);
    const vectors = matching.reduce((sum, { chunks }) => sum + chunks, 0);
    const enough = Math.min(query.limit, matching.length);
    for (let asked = Math.max(LEAST_ASKED, ASKED_PER_MEMORY * query.limit); asked < vectors; asked *= 2) {
      const ids = await this.collections.nearest(this.collection, query.vector, asked);
      const found = new Set(
        ids.flatMap((id) => this.index.ofRecord(id) ?? []).filter((entry) => wanted.has(entry)),
      );
      // Twice as many as wanted are compared here: the server may order by another measure than the cosine.
      if (found.size >= enough) return this.compared(query, [...found].slice(0, 2 * enough));
      if (ids.length < asked) return undefined;
    }
    return undefined;
  }

  /** By similarities computed here, of vectors fetched for it. */
  private async compared(
    { vector, limit, minSimilarity }: VectorQuery,
    entries: readonly TenantEntry[],
  ): Promise<readonly Candidate[]> {
    const question = new Question(vector);
    const best = new BestCandidates(limit, minSimilarity);
    for (const group of inGroups(entries)) {
      const ids = group.flatMap(recordIdsOf);
      const records = await this.collections.get(this.collection, ids, { vectors: true });
      const vectorOf = new Map(records.map(({ id, vector: found }) => [id, found]));
      for (const entry of group) {
        const vectors = recordIdsOf(entry).flatMap((id) => vectorOf.get(id) ?? []);
        offer(best, entry, question.bestOf(directionsOf(vectors)));
      }
    }
    return best.result();
  }
}

function offer(best: BestCandidates, entry: TenantEntry, similarity: number | undefined): void {
  if (similarity !== undefined) best.offer({ entry, similarity });
}

/** Each with about as many vectors as one answer may have. */
function* inGroups(entries: readonly TenantEntry[]): Generator<TenantEntry[]> {
  let group: TenantEntry[] = [];
  let vectors = 0;
  for (const entry of entries) {
    if (group.length > 0 && vectors + entry.chunks > VECTORS_PER_ANSWER) {
      yield group;
      [group, vectors] = [[], 0];
    }
    group.push(entry);
    vectors += entry.chunks;
  }
  if (group.length > 0) yield group;
}
