import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddingModelError } from './embedding.errors';
import { checkGoldenVectors } from './golden-vectors';

const VECTOR = new Float32Array([0.6, 0.8]);

describe('checkGoldenVectors', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'wisdom-golden-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const check = (golden: string) => {
    writeFileSync(join(directory, 'golden-embeddings.json'), golden);
    return checkGoldenVectors(directory, (texts) => Promise.resolve(texts.map(() => [VECTOR])));
  };

  it('passes a model that gives the vectors of its file, and one without a file', async () => {
    await expect(check('{"texts":["a"],"embeddings":[[0.6,0.8]]}')).resolves.toBeUndefined();
    rmSync(join(directory, 'golden-embeddings.json'));
    const embed = () => Promise.reject(new Error('there is nothing to embed'));
    await expect(checkGoldenVectors(directory, embed)).resolves.toBeUndefined();
  });

  it.each(['{"texts":["a"],"embeddings":[[0.8,0.6]]}', '{"texts":["a"],"embeddings":[[0.6,0.8,0]]}'])(
    'refuses a model that gives others: %s',
    async (golden) => {
      await expect(check(golden)).rejects.toThrow('gives wrong vectors here: "a" has cosine');
    },
  );

  it.each([
    ['{"texts":["a","b"],"embeddings":[[0.6,0.8]]}', 'it must have'],
    ['{"texts":["a"]}', 'it must have'],
    ['{"texts":"a","embeddings":[[0.6,0.8]]}', 'it must have'],
    ['{"texts":[1],"embeddings":[[0.6,0.8]]}', 'it must have'],
    ['{"texts":["a"],"embeddings":[null]}', 'it must have'],
    ['null', 'it must have'],
    ['[', 'Unexpected end of JSON input'],
  ])('says what is wrong with the file: %s', async (golden, problem) => {
    const checked = check(golden);
    await expect(checked).rejects.toBeInstanceOf(EmbeddingModelError);
    await expect(checked).rejects.toThrow(`golden-embeddings.json cannot be used: ${problem}`);
  });
});
