import {
  CHROMA_VERSIONS,
  chromaManifest,
  ManifestCollection,
  snapshotOf,
  unpackedChroma,
} from '../../test/support/chroma-fixture';
import { collected } from '../../test/support/collected';
import { ChromaDirectory, openChromaDirectory } from './chroma-directory';
import { ChromaRecord } from './chroma-record';

const WRITTEN_BY = {
  '0.4.24': '0.4.15 to 0.4.24',
  '0.5.23': '0.5.7 to 0.6.3',
  '0.6.3': '0.5.7 to 0.6.3',
  '1.0.5': '1.0 to 1.2',
  '1.5.9': '1.5',
};

describe.each(CHROMA_VERSIONS)('a directory of ChromaDB %s', (version) => {
  const manifest = chromaManifest(version);
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let before: Record<string, string>;
  let directory: ChromaDirectory;
  const records = new Map<string, Map<string, ChromaRecord>>();

  beforeAll(async () => {
    fixture = await unpackedChroma(version);
    before = snapshotOf(fixture.path);
    directory = openChromaDirectory(fixture.path);
    for (const collection of directory.collections) {
      const found = await collected(directory.records(collection));
      records.set(collection.name, new Map(found.map((record) => [record.id, record])));
      expect(found).toHaveLength(collection.count);
    }
  });

  afterAll(() => {
    directory.close();
    fixture.remove();
  });

  it('names the versions that write such', () => {
    expect(directory.generation).toMatchObject({ writtenBy: WRITTEN_BY[version], newerThanKnown: false });
  });

  it('has the collections that were made', () => {
    const expected = manifest.map(({ name, space, dimension, count }) => ({ name, space, dimension, count }));
    const found = directory.collections.map(({ name, space, dimension, count }) => ({
      name,
      space,
      dimension,
      count,
    }));
    expect(found).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it('has every record once, each with its vector', () => {
    for (const { name, count, dimension } of manifest) {
      const found = [...records.get(name)!.values()];
      expect(found).toHaveLength(count);
      expect(found.filter(({ vector }) => vector?.length !== dimension)).toEqual([]);
    }
  });

  it('gives the text, the metadata and the vector that were stored', () => {
    for (const { name, samples } of manifest)
      for (const { id, document, metadata, vector_starts } of samples) {
        const record = records.get(name)!.get(id);
        expect(record).toMatchObject({ id, document });
        expect(record!.metadata).toEqual(metadata);
        for (const [i, value] of vector_starts.entries()) expect(record!.vector![i]).toBeCloseTo(value, 5);
      }
  });

  it('gives what a migration rejects as it is', () => {
    for (const { name, rejects } of manifest)
      for (const { id, reason } of rejects) expect(oddityOf(records.get(name)!.get(id)!)).toBe(reason);
  });

  it('gives vectors whose nearest are the true ones', () => {
    for (const collection of manifest)
      for (const { vector_of, nearest } of collection.queries ?? []) {
        const similarities = similaritiesTo(vector_of, collection, records.get(collection.name)!);
        for (const { id, similarity } of nearest) expect(similarities.get(id)).toBeCloseTo(similarity, 4);
        const best = [...similarities.values()].toSorted((a, b) => b - a).slice(0, nearest.length);
        for (const [i, { similarity }] of nearest.entries()) expect(best[i]).toBeCloseTo(similarity, 4);
      }
  });

  it('knows when each record was stored', () => {
    for (const found of records.values())
      for (const { createdAt } of found.values()) expect(createdAt?.getUTCFullYear()).toBe(2026);
  });

  it('knows the place of every write', () => {
    for (const { name, sequence, count } of directory.collections) {
      const places = [...records.get(name)!.values()].map((record) => record.sequence);
      expect(new Set(places).size).toBe(count);
      expect(Math.min(...places, Infinity)).toBeGreaterThan(0);
      expect(Math.max(...places, 0)).toBeLessThanOrEqual(sequence);
    }
  });

  it('is read without changing a byte, a time or a name in it', () => {
    expect(snapshotOf(fixture.path)).toEqual(before);
  });
});

function oddityOf({ document, vector }: ChromaRecord): string {
  if (document?.includes('\0')) return 'NUL in text';
  if (vector?.every((value) => value === 0)) return 'zero vector';
  return `dimension ${vector?.length}, expected 384`;
}

function similaritiesTo(
  id: string,
  { rejects }: ManifestCollection,
  records: ReadonlyMap<string, ChromaRecord>,
): Map<string, number> {
  const rejected = new Set(rejects.map((reject) => reject.id));
  const vector = records.get(id)!.vector!;
  return new Map(
    [...records.values()]
      .filter((record) => !rejected.has(record.id))
      .map((record) => [record.id, cosine(vector, record.vector!)]),
  );
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
