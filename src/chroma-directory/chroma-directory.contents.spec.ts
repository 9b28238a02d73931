import {
  ADD,
  ChromaDirectoryBuilder,
  DELETE,
  UPDATE,
  UPSERT,
} from '../../test/support/chroma-directory-builder';
import { collected } from '../../test/support/collected';
import { openChromaDirectory } from './chroma-directory';
import { ChromaRecord } from './chroma-record';

describe('what a directory holds', () => {
  let builder: ChromaDirectoryBuilder;

  beforeEach(() => (builder = new ChromaDirectoryBuilder()));
  afterEach(() => builder.remove());

  async function read(): Promise<Record<string, ChromaRecord>> {
    const directory = openChromaDirectory(builder.done());
    try {
      const [collection] = directory.collections;
      const records = await collected(directory.records(collection!));
      expect(records).toHaveLength(collection!.count);
      return Object.fromEntries(records.map((record) => [record.id, record]));
    } finally {
      directory.close();
    }
  }

  describe('texts', () => {
    it('keeps NUL in ids, texts, keys and values', async () => {
      builder.record('a\0id', 'a\0text', [1, 0, 0]).metadata('a\0id', 'a\0key', 'string', 'a\0value');
      expect(await read()).toMatchObject({
        'a\0id': { document: 'a\0text', metadata: { 'a\0key': 'a\0value' } },
      });
    });

    it('replaces malformed UTF-8 and keeps what is around it', async () => {
      builder.record('a', null, [1, 0, 0]).record('b', 'whole', [1, 0, 0]);
      builder.sql(
        `INSERT INTO embedding_metadata (id, key, string_value) SELECT id, 'chroma:document', CAST(? AS TEXT)
         FROM embeddings WHERE embedding_id = 'a'`,
        Buffer.from([0x61, 0xff, 0x62]),
      );
      expect(await read()).toMatchObject({ a: { document: 'a\ufffdb' }, b: { document: 'whole' } });
    });

    it('tells an empty text from none', async () => {
      builder.record('empty', '', [1, 0, 0]).record('none', null, [1, 0, 0]);
      expect(await read()).toMatchObject({
        empty: { document: '' },
        none: { document: null, metadata: null },
      });
    });

    it('gives texts of many megabytes', async () => {
      const documents = Array.from({ length: 5 }, (_, i) => String(i).repeat(3 * 1024 * 1024));
      documents.forEach((document, i) => builder.record(`id ${i}`, document, [1, 0, 0]));
      const records = await read();
      documents.forEach((document, i) => expect(records[`id ${i}`]!.document === document).toBe(true));
    });
  });

  describe('metadata', () => {
    it.each([
      ['int', 9007199254740991, 9007199254740991],
      ['int', 9007199254740993n, 9007199254740993n],
      ['int', -9223372036854775808n, -9223372036854775808n],
      ['float', 5e-324, 5e-324],
      ['float', 0.1 + 0.2, 0.1 + 0.2],
      ['float', Infinity, Infinity],
      ['bool', 1, true],
      ['bool', 0, false],
      ['string', '1', '1'],
    ] as const)('keeps %s %p exactly', async (type, stored, value) => {
      builder.record('a', null, [1, 0, 0]).metadata('a', 'key', type, stored);
      expect((await read()).a!.metadata).toEqual({ key: value });
    });

    it('keeps each float under its own key, whatever stands between them', async () => {
      builder
        .record('a', 'text', [1, 0, 0])
        .metadata('a', 'm', 'int', 1)
        .metadata('a', 'z', 'float', 1 / 3)
        .metadata('a', 'f', 'float', 0.1);
      builder.record('b', null, [1, 0, 0]).metadata('b', 'k', 'string', 'x');
      builder.record('c', null, [1, 0, 0]).metadata('c', 'f', 'float', -2.5e-7).metadata('c', 'n', 'bool', 1);
      expect(await read()).toMatchObject({
        a: { metadata: { f: 0.1, m: 1, z: 1 / 3 } },
        b: { metadata: { k: 'x' } },
        c: { metadata: { f: -2.5e-7, n: true } },
      });
    });

    it('keeps arrays in their order', async () => {
      builder.record('a', null, [1, 0, 0]).record('b', null, [1, 0, 0]);
      builder
        .array('a', 'texts', 'string', ['z', 'a\0', 'z'])
        .array('a', 'numbers', 'int', [2, 9007199254740993n]);
      builder.array('b', 'flags', 'bool', [0, 1]).metadata('b', 'plain', 'string', 'x');
      expect(await read()).toMatchObject({
        a: { metadata: { texts: ['z', 'a\0', 'z'], numbers: [2, 9007199254740993n] } },
        b: { metadata: { flags: [false, true], plain: 'x' } },
      });
    });

    it('keeps keys that JavaScript has a meaning for', async () => {
      builder.record('a', null, [1, 0, 0]).metadata('a', '__proto__', 'string', 'x');
      expect(Object.entries((await read()).a!.metadata!)).toEqual([['__proto__', 'x']]);
    });

    it('leaves out a value that is None', async () => {
      builder.record('a', 'text', [1, 0, 0]).metadata('a', 'nothing', 'string', null);
      expect((await read()).a!.metadata).toBeNull();
    });
  });

  describe('vectors', () => {
    it('takes them from the index, whatever the order of its elements', async () => {
      builder
        .metadataOnly('a', null)
        .metadataOnly('b', null)
        .index({ a: [1, 0, 0], b: [0, 1, 0] });
      expect(vectorsOf(await read())).toEqual({ a: [1, 0, 0], b: [0, 1, 0] });
    });

    it('lets the queue behind the watermark win over the index', async () => {
      for (const id of ['kept', 'updated', 'renewed', 'added again', 'moved']) builder.metadataOnly(id, null);
      builder.index({ kept: [1, 0, 0], updated: [1, 0, 0], renewed: [1, 0, 0], 'added again': [1, 0, 0] });
      builder.queue(UPSERT, 'kept', [9, 9, 9]).watermark('vector', 1);
      builder.queue(UPDATE, 'updated', [2, 0, 0]).queue(UPDATE, 'updated', null);
      builder
        .queue(DELETE, 'renewed', null)
        .queue(ADD, 'renewed', [3, 0, 0])
        .sql('UPDATE embeddings SET seq_id = 99');
      builder
        .queue(ADD, 'added again', [4, 0, 0])
        .queue(UPSERT, 'moved', [5, 0, 0])
        .queue(UPSERT, 'moved', [6, 0, 0]);
      expect(vectorsOf(await read())).toEqual({
        kept: [1, 0, 0],
        updated: [2, 0, 0],
        renewed: [3, 0, 0],
        'added again': [1, 0, 0],
        moved: [6, 0, 0],
      });
    });

    it('takes of several vectors that the queue has side by side the one that ChromaDB kept', async () => {
      for (const id of ['added', 'updated', 'stored', 'unchanged']) builder.metadataOnly(id, null);
      builder.index({ updated: [1, 0, 0], stored: [1, 0, 0], unchanged: [1, 0, 0] });
      for (const x of [2, 3]) builder.queue(ADD, 'added', [x, 0, 0]);
      for (const x of [4, 5]) builder.queue(UPDATE, 'updated', [x, 0, 0]).queue(UPDATE, 'unknown', [x, 0, 0]);
      for (const x of [6, 7]) builder.queue(UPSERT, 'stored', [x, 0, 0]);
      builder.sql(`UPDATE embeddings SET seq_id = 1 WHERE embedding_id = 'added'`);
      expect(vectorsOf(await read())).toEqual({
        added: [2, 0, 0],
        updated: [5, 0, 0],
        stored: [7, 0, 0],
        unchanged: [1, 0, 0],
      });
    });

    it('reads vectors of whole numbers', async () => {
      builder.metadataOnly('a', null).queue(UPSERT, 'a', Buffer.from(Int32Array.from([1, -2, 3]).buffer));
      builder.sql(`UPDATE embeddings_queue SET encoding = 'INT32'`);
      expect(vectorsOf(await read())).toEqual({ a: [1, -2, 3] });
    });

    it('says so where there is none', async () => {
      builder.metadataOnly('a', 'text');
      expect(await read()).toMatchObject({ a: { document: 'text', vector: null, problem: 'no vector' } });
    });

    it('says which row of the queue is damaged', async () => {
      builder.metadataOnly('a', 'text').queue(UPSERT, 'a', Buffer.from('12345'));
      expect(await read()).toMatchObject({
        a: { vector: null, problem: 'no vector: row 1 of the queue is damaged' },
      });
    });
  });

  describe('what a killed process had only put into the queue', () => {
    it('is applied as ChromaDB would when opened next', async () => {
      for (const id of ['changed', 'gone', 'added'])
        builder.record(id, 'before', [1, 0, 0]).metadata(id, 'k', 'int', 1);
      builder.watermark('metadata', 3);
      builder.queue(
        UPSERT,
        'changed',
        [0, 1, 0],
        '{"chroma:document":"after","k":null,"big":9007199254740993}',
      );
      builder.queue(DELETE, 'gone', null).queue(ADD, 'added', [0, 0, 1], '{"k":2}');
      builder
        .queue(UPDATE, 'never was', [0, 0, 1], '{"k":2}')
        .queue(ADD, 'new', [0, 0, 1], '{"f":0.5,"t":true}');
      const records = await read();
      expect(records).toMatchObject({
        changed: { document: 'after', metadata: { big: 9007199254740993n } },
        added: { document: 'before', metadata: { k: 1 } },
        new: { document: null, metadata: { f: 0.5, t: true } },
      });
      expect(records.changed!.metadata).not.toHaveProperty('k');
      expect(vectorsOf(records)).toEqual({ changed: [0, 1, 0], added: [1, 0, 0], new: [0, 0, 1] });
    });
  });
});

function vectorsOf(records: Record<string, ChromaRecord>): Record<string, number[]> {
  return Object.fromEntries(Object.values(records).map(({ id, vector }) => [id, [...vector!]]));
}
