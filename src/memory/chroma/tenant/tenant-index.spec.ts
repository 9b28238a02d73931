import { WordAnalysis } from '../../../words/word-analysis';
import { TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';

const NOW = new Date(10_000);
const ANALYSIS = new WordAnalysis('english');

function entry(
  id: string,
  at: number,
  {
    recordId = id,
    version = 1,
    chunks = 1,
    pending = false,
    content = '',
    ...header
  }: Partial<TenantEntry & TenantEntry['header']> = {},
): TenantEntry {
  return {
    header: {
      id,
      userId: 1,
      externalId: null,
      projectId: null,
      project: null,
      sessionId: null,
      sessionType: null,
      agentId: null,
      speaker: null,
      contentType: 'note',
      contentIsPreview: false,
      metadata: {},
      occurredAt: new Date(at),
      createdAt: new Date(at),
      updatedAt: new Date(at),
      expiresAt: null,
      ...header,
    },
    recordId,
    version,
    chunks,
    content,
    characters: content.length,
    pending,
  };
}

const A = '00000000-0000-7000-8000-00000000000a';
const B = '00000000-0000-7000-8000-00000000000b';
const C = '00000000-0000-7000-8000-00000000000c';
/** An index of these, taken in one by one. */
function indexOf(...entries: readonly TenantEntry[]): TenantIndex {
  const index = new TenantIndex({ vectors: true, texts: true, analysis: ANALYSIS });
  for (const each of entries) index.add([{ entry: each }]);
  return index;
}

/** Whose vectors it has, and which. */
function vectorsOf(index: TenantIndex): [TenantEntry, number[]][] {
  return index
    .vectors!.moment()
    .flatMap(({ numbers, owners }) =>
      owners.flatMap((owner, row): [TenantEntry, number[]][] =>
        owner ? [[owner, Array.from(numbers.subarray(row * 2, row * 2 + 2))]] : [],
      ),
    );
}

const idsOf = (index: TenantIndex): string[] => index.entries.map(({ header }) => header.id);

describe('TenantIndex', () => {
  it('is in the order of time and id, whatever came when', () => {
    const index = indexOf(entry(C, 2), entry(A, 2));
    index.add([{ entry: entry(B, 2) }]);
    expect(idsOf(index)).toEqual([A, B, C]);
    index.add([{ entry: entry(A, 3) }, { entry: entry(C, 1) }]);
    expect(idsOf(index)).toEqual([C, B, A]);
  });

  it('leaves what somebody reads as it was', () => {
    const index = indexOf(entry(A, 1), entry(B, 2));
    const { entries } = index;
    index.add([{ entry: entry(C, 3) }]);
    index.remove([entries[0]!]);
    expect(entries.map(({ header }) => header.id)).toEqual([A, B]);
    expect(idsOf(index)).toEqual([B, C]);
  });

  it('finds by id in any case and by external id, until removed or renamed', () => {
    const index = indexOf(entry(A, 1, { externalId: 'key' }));
    expect(index.find(A.toUpperCase(), NOW)).toBe(index.entries[0]);
    expect(index.find('key', NOW)).toBe(index.entries[0]);
    index.remove([index.entries[0]!]);
    expect([index.find(A, NOW), index.find('key', NOW), index.ofRecord(A)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('hides the expired, and gives their external id to the next', () => {
    const expired = entry(A, 1, { externalId: 'key', expiresAt: NOW });
    const fresh = entry(B, 2, { externalId: 'key' });
    for (const entries of [
      [expired, fresh],
      [fresh, expired],
    ]) {
      const index = indexOf(...entries);
      expect(index.find('key', NOW)).toBe(fresh);
      expect(index.find(A, NOW)).toBeUndefined();
      expect([index.countLive(NOW), index.expired(NOW)]).toEqual([1, [expired]]);
      index.remove([expired]);
      expect(index.find('key', NOW)).toBe(fresh);
      expect(index.expired(NOW)).toEqual([]);
    }
  });

  it('counts those that wait for PostgreSQL and are live', () => {
    const waiting = entry(A, 1, { pending: true });
    const expired = entry(B, 2, { pending: true, expiresAt: NOW });
    const index = indexOf(waiting, expired, entry(C, 3));
    expect(index.countPending(NOW)).toBe(1);
    index.add([{ entry: entry(C, 3, { pending: true }) }]);
    index.remove([waiting]);
    expect(index.countPending(NOW)).toBe(1);
    index.remove([...index.entries]);
    expect(index.countPending(NOW)).toBe(0);
  });

  it('knows whose a record is, left over chunks aside', () => {
    const chunked = entry(A, 1, { version: 2, chunks: 3 });
    const foreign = entry(B, 1, { recordId: 'odd#1#2' });
    const index = indexOf(chunked, foreign);
    expect(index.ofRecord(`${A}#2#2`)).toBe(chunked);
    expect(index.ofRecord(`${A}#1#1`)).toBeUndefined();
    expect(index.ofRecord('odd#1#2')).toBe(foreign);
    expect(index.ofRecord('nobody#1#2')).toBeUndefined();
  });

  it('gives the vectors of a memory to its revision, and takes those of a replacement', () => {
    const index = indexOf();
    const first = entry(A, 1);
    index.add([{ entry: first, vectors: [Float32Array.of(1, 0)] }]);
    const revised = entry(A, 5, { agentId: 'a' });
    index.add([{ entry: revised }, { entry: entry(B, 2), vectors: [Float32Array.of(0, -1)] }]);
    expect(vectorsOf(index)).toEqual([
      [revised, [1, 0]],
      [index.ofId(B), [0, -1]],
    ]);
    const replacing = entry(A, 1, { version: 2 });
    index.add([{ entry: replacing, vectors: [Float32Array.of(0, 1)] }]);
    index.remove([index.ofId(B)!]);
    expect(vectorsOf(index)).toEqual([[replacing, [0, 1]]]);
    expect(idsOf(index)).toEqual([A]);
  });

  it('keeps short texts where it may, and as long as it keeps vectors', () => {
    const [short, long] = ['x'.repeat(2_000), 'x'.repeat(2_001)];
    const index = indexOf(entry(A, 1, { content: short }), entry(B, 1, { content: long }));
    expect(index.entries.map(({ content }) => content)).toEqual([short, undefined]);
    index.dropVectors();
    index.add([{ entry: entry(C, 1, { content: short }), vectors: [Float32Array.of(1, 0)] }]);
    expect(index.entries.map(({ content }) => content)).toEqual([short, undefined, undefined]);
    const shared = new TenantIndex({ vectors: true, texts: false, analysis: ANALYSIS });
    shared.add([{ entry: entry(A, 1, { content: short }) }]);
    expect(shared.entries.map(({ content, characters }) => [content, characters])).toEqual([
      [undefined, 2_000],
    ]);
  });

  it('weighs what it has', () => {
    const empty = indexOf().bytes;
    const index = indexOf(entry(A, 1, { content: 'x'.repeat(1_000) }));
    index.add([{ entry: entry(B, 1), vectors: [Float32Array.of(1, 0)] }]);
    expect(index.bytes).toBeGreaterThan(empty + 2_000);
    index.remove([...index.entries]);
    expect(index.bytes).toBe(empty);
  });
});
