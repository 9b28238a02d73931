import { hasMoreParts } from '../../common/json-parts';
import { DEFAULT_LIMITS } from '../../config/app-config';
import { METADATA_FILTER_LIMITS } from '../filter/metadata-filter-parser';
import { mostBodyBytes, mostJsonParts } from './body-size';

/** JSON as some clients write it: every character escaped. */
function escaped(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

describe('mostBodyBytes', () => {
  const limitOf = (path: string) => mostBodyBytes(path, DEFAULT_LIMITS);

  it('has room for everything that one memory may have, however it is written', () => {
    const content = '\u{1f600}'.repeat(DEFAULT_LIMITS.contentCharacters);
    const metadata = { a: '\u0085'.repeat(DEFAULT_LIMITS.metadataBytes / 2 - 4) };
    const external_id = '\u{1f600}'.repeat(DEFAULT_LIMITS.externalIdBytes / 4);
    expect(escaped({ content, metadata, external_id }).length).toBeLessThan(limitOf('/api/memory/store'));
  });

  it('has room for every question and filter', () => {
    const query = '\u{1f600}'.repeat(DEFAULT_LIMITS.queryCharacters);
    const metadata_filter = { a: '\u0085'.repeat(METADATA_FILTER_LIMITS.bytes / 2 - 4) };
    expect(escaped({ query, metadata_filter }).length).toBeLessThan(limitOf('/api/memory/search'));
  });

  it.each(['/api/memory/store/batch', '/api/memory/Store/Batch/'])('lets %s have the whole limit', (path) => {
    expect(limitOf(path)).toBe(DEFAULT_LIMITS.bodyBytes);
    expect(limitOf(`${path}x`)).toBeLessThan(DEFAULT_LIMITS.bodyBytes);
  });

  it('is never more than what is configured', () => {
    expect(mostBodyBytes('/api/memory/store', { ...DEFAULT_LIMITS, bodyBytes: 5_000 })).toBe(5_000);
  });
});

describe('mostJsonParts', () => {
  const fits = (path: string, body: object) =>
    !hasMoreParts(Buffer.from(JSON.stringify(body)), mostJsonParts(path, DEFAULT_LIMITS));
  const { batchMemories, metadataBytes, metadataKeys } = DEFAULT_LIMITS;
  const everyKey = Object.fromEntries(Array.from({ length: metadataKeys }, (_, i) => [`k${i}`, [i]]));
  const nested = '[['.repeat(7) + ']]'.repeat(7);
  const everyByte = JSON.parse(
    `{"a": [${Array(metadataBytes / 32)
      .fill(nested)
      .join(',')}]}`,
  ) as object;

  it('has room for every memory within its limits', () => {
    const content = 'x';
    expect(fits('/api/memory/store', { content, metadata: everyKey })).toBe(true);
    expect(fits('/api/memory/tea', { content, metadata: everyByte })).toBe(true);
    expect(
      fits('/api/memory/store/batch', { memories: Array(100).fill({ content, metadata: everyByte }) }),
    ).toBe(true);
    const named = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`field${i}`, 1]));
    const memories = Array(batchMemories).fill({ ...named, metadata: everyKey }) as object[];
    expect(fits('/api/memory/store/batch', { memories })).toBe(true);
  });

  it('has room for every filter', () => {
    const value = Object.fromEntries(Array.from({ length: 13_000 }, (_, i) => [i, 0]));
    expect(fits('/api/memory/search', { query: 'x', metadata_filter: { a: { $eq: value } } })).toBe(true);
  });

  it('has none for what no call needs', () => {
    const keys = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [i, 0]));
    expect(fits('/api/memory/tea', keys)).toBe(false);
    expect(fits('/api/memory/store/batch', Array(5).fill(keys))).toBe(false);
    expect(fits('/api/memory/search', Array(70_000).fill([]))).toBe(false);
  });
});
