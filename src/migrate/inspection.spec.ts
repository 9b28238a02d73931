import { CHROMA_VERSIONS, chromaManifest, unpackedChroma } from '../../test/support/chroma-fixture';
import { openChromaDirectory } from '../chroma-directory/chroma-directory';
import { inspect } from './inspection';
import { Candidate, rejectReason } from './migration-reject';

describe.each(CHROMA_VERSIONS)('the inspection of a directory of ChromaDB %s', (version) => {
  it('finds what does not migrate, with the reasons', async () => {
    const { path, remove } = await unpackedChroma(version);
    const directory = openChromaDirectory(path);
    let read = 0;
    const inspections = await inspect(directory, 384, () => read++);
    directory.close();
    remove();

    const found = Object.fromEntries(
      inspections.map(({ collection, migrates, rejects }) => [collection.name, { migrates, rejects }]),
    );
    for (const { name, migrates, rejects } of chromaManifest(version)) {
      expect(found[name]!.migrates).toBe(migrates);
      expect(found[name]!.rejects.map(({ reason }) => reason).sort()).toEqual(
        [...new Set(rejects.map(({ reason }) => reason))].sort(),
      );
      for (const { reason, count, example } of found[name]!.rejects) {
        const expected = rejects.filter((reject) => reject.reason === reason).map(({ id }) => id);
        expect(count).toBe(expected.length);
        expect(expected).toContain(example);
      }
    }
    expect(read).toBe(chromaManifest(version).reduce((sum, { count }) => sum + count, 0));
  });
});

describe('rejectReason', () => {
  const GOOD: Candidate = {
    id: 'conv_007',
    content: 'text',
    metadata: { key: 'value', list: ['a', 'b'], big: 9007199254740993n },
    vectors: [Float32Array.of(0.6, 0.8)],
  };

  it.each<[Partial<Candidate>, string | undefined]>([
    [{}, undefined],
    [{ content: null, metadata: null }, undefined],
    [{ content: '' }, undefined],
    [{ vectors: [], problem: 'no vector' }, 'no vector'],
    [
      { vectors: [], problem: 'no vector: header.bin makes no sense' },
      'no vector: header.bin makes no sense',
    ],
    [{ vectors: [Float32Array.of(1)] }, 'dimension 1, expected 2'],
    [{ vectors: [Float32Array.of(0, 0)] }, 'zero vector'],
    [{ vectors: [Float32Array.of(0, NaN)] }, 'vector with numbers that are not finite'],
    [{ id: 'a\0' }, 'NUL in id'],
    [{ content: 'a\0' }, 'NUL in text'],
    [{ metadata: { 'a\0': 1 } }, 'NUL in metadata'],
    [{ metadata: { a: 'a\0' } }, 'NUL in metadata'],
    [{ metadata: { a: ['b', 'a\0'] } }, 'NUL in metadata'],
    [{ metadata: { a: { b: [{ c: 'a\0' }] } } }, 'NUL in metadata'],
    [{ labels: [null, 'a\0'] }, 'NUL in fields'],
    [{ content: '\ud83d\ude00' }, undefined],
    [{ content: 'a\ud83d' }, 'half of a surrogate pair in text'],
    [{ metadata: { '\ude00': 1 } }, 'half of a surrogate pair in metadata'],
    [{ vectors: [Float32Array.of(0.6, 0.8), Float32Array.of(0, 0)] }, 'zero vector'],
  ])('of %j is %j', (difference, reason) => {
    expect(rejectReason({ ...GOOD, ...difference }, 2)).toBe(reason);
  });
});
