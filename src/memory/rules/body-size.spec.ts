import { DEFAULT_LIMITS } from '../../config/app-config';
import { METADATA_FILTER_LIMITS } from '../filter/metadata-filter-parser';
import { mostBodyBytes } from './body-size';

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
