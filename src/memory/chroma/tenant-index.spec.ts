import { TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';

const NOW = new Date(10_000);

function entry(
  id: string,
  at: number,
  {
    recordId = id,
    version = 1,
    chunks = 1,
    pending = false,
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
    characters: 0,
    pending,
  };
}

const A = '00000000-0000-7000-8000-00000000000a';
const B = '00000000-0000-7000-8000-00000000000b';
const C = '00000000-0000-7000-8000-00000000000c';
const idsOf = (index: TenantIndex): string[] => index.entries.map(({ header }) => header.id);

describe('TenantIndex', () => {
  it('is in the order of time and id, whatever came when', () => {
    const index = new TenantIndex([entry(C, 2), entry(A, 2)], true);
    index.apply([entry(B, 2)]);
    expect(idsOf(index)).toEqual([A, B, C]);
    index.apply([entry(A, 3), entry(C, 1)]);
    expect(idsOf(index)).toEqual([C, B, A]);
  });

  it('leaves what somebody reads as it was', () => {
    const index = new TenantIndex([entry(A, 1), entry(B, 2)], true);
    const { entries } = index;
    index.apply([entry(C, 3)], [entries[0]!]);
    expect(entries.map(({ header }) => header.id)).toEqual([A, B]);
    expect(idsOf(index)).toEqual([B, C]);
  });

  it('finds by id in any case and by external id, until removed or renamed', () => {
    const index = new TenantIndex([entry(A, 1, { externalId: 'key' })], true);
    expect(index.find(A.toUpperCase(), NOW)).toBe(index.entries[0]);
    expect(index.find('key', NOW)).toBe(index.entries[0]);
    index.apply([], [index.entries[0]!]);
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
      const index = new TenantIndex([], true);
      for (const each of entries) index.apply([each]);
      expect(index.find('key', NOW)).toBe(fresh);
      expect(index.find(A, NOW)).toBeUndefined();
      expect([index.countLive(NOW), index.expired(NOW)]).toEqual([1, [expired]]);
      index.apply([], [expired]);
      expect(index.find('key', NOW)).toBe(fresh);
      expect(index.expired(NOW)).toEqual([]);
    }
  });

  it('counts those that wait for PostgreSQL and are live', () => {
    const waiting = entry(A, 1, { pending: true });
    const expired = entry(B, 2, { pending: true, expiresAt: NOW });
    const index = new TenantIndex([waiting, expired, entry(C, 3)], true);
    expect(index.countPending(NOW)).toBe(1);
    index.apply([entry(C, 3, { pending: true })], [waiting]);
    expect(index.countPending(NOW)).toBe(1);
    index.apply([], [...index.entries]);
    expect(index.countPending(NOW)).toBe(0);
  });

  it('knows whose a record is, left over chunks aside', () => {
    const chunked = entry(A, 1, { version: 2, chunks: 3 });
    const foreign = entry(B, 1, { recordId: 'odd#1#2' });
    const index = new TenantIndex([chunked, foreign], true);
    expect(index.ofRecord(`${A}#2#2`)).toBe(chunked);
    expect(index.ofRecord(`${A}#1#1`)).toBeUndefined();
    expect(index.ofRecord('odd#1#2')).toBe(foreign);
    expect(index.ofRecord('nobody#1#2')).toBeUndefined();
  });
});
