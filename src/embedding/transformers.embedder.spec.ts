import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from './embedder';
import { TransformersEmbedder } from './transformers.embedder';
import { dot } from './unit-vector';

const modelsPath = join(__dirname, '../../models');
const options = { model: 'all-MiniLM-L6-v2', modelsPath, threads: 2, queueLimit: 100, cacheSize: 10 };

describe('TransformersEmbedder', () => {
  const embedder = new TransformersEmbedder(options);
  beforeAll(() => embedder.start());
  afterAll(() => embedder.stop());

  it('names the vector space', () => {
    expect(fingerprintOf(embedder.model)).toBe('all-MiniLM-L6-v2@main/384/mean/l2');
    expect(embedder.model.dtype).toBe('int8');
  });

  it('gives the vectors of the reference', async () => {
    const golden = JSON.parse(
      readFileSync(join(modelsPath, options.model, 'golden-embeddings.json'), 'utf8'),
    ) as { texts: string[]; embeddings: number[][] };
    const vectors = await embedder.embedTexts(golden.texts);
    vectors.forEach(([vector], index) => {
      expect(dot(vector!, golden.embeddings[index]!)).toBeGreaterThan(0.99);
      expect(dot(vector!, vector!)).toBeCloseTo(1, 5);
    });
  });

  it('finds the answer near the question', async () => {
    const question = await embedder.embedQuery('What is wisdom?');
    const [[answer]] = (await embedder.embedTexts(['Wisdom is understanding what truly matters'])) as [
      [Float32Array],
    ];
    expect(dot(question, answer)).toBeGreaterThan(0.757);
    expect(dot(question, answer)).toBeLessThan(0.797);
  });
});
