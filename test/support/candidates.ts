import { CandidateChunk, chunkKey, REACH } from '../../src/memory/candidates';

/** A candidate of one chunk that has nothing to do with any question. */
export function candidate(memoryId: string, fields: Partial<CandidateChunk> = {}): CandidateChunk {
  return {
    memoryId,
    chunk: 0,
    speaker: null,
    occurredAt: new Date(0),
    cosine: 0,
    similarity: fields.cosine ?? 0,
    counts: [],
    asks: false,
    following: [],
    ...fields,
  };
}

/** Chunks in the order of one session, each knowing who follows. */
export function session(chunks: readonly CandidateChunk[]): CandidateChunk[] {
  return chunks.map((chunk, i) => ({
    ...chunk,
    following: chunks.slice(i + 1, i + 1 + REACH).map((next) => chunkKey(next.memoryId, next.chunk)),
  }));
}
