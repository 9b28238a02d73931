import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aimlessModel } from '../../test/support/onnx-model';
import { fingerprintOf } from './embedder';
import { LocalEmbedder, LocalEmbedderOptions } from './local.embedder';
import { dot, unitMeanOf } from './unit-vector';

const modelsPath = join(__dirname, '../../models');
const options = {
  model: 'all-MiniLM-L6-v2',
  modelsPath,
  threads: 2,
  batchTokens: 256,
  queueLimit: 10_000,
  cacheSize: 10,
};
const golden = JSON.parse(
  readFileSync(join(modelsPath, options.model, 'golden-embeddings.json'), 'utf8'),
) as {
  texts: string[];
  embeddings: number[][];
};

/** 20,000 words of one token each. */
const LONG = 'one two three four five six seven eight nine ten\n'.repeat(2000);

describe('LocalEmbedder', () => {
  const embedder = new LocalEmbedder(options);
  beforeAll(() => embedder.start());
  afterAll(() => embedder.stop());

  const vectorOf = async (text: string) => (await embedder.embedTexts([text]))[0]![0]!;

  it('names the vector space', () => {
    expect(fingerprintOf(embedder.model)).toBe('all-MiniLM-L6-v2@main/384/mean/l2');
    expect(embedder.model.dtype).toBe('int8');
  });

  it('gives the vectors of the fp32 reference, of length 1', async () => {
    const vectors = await embedder.embedTexts(golden.texts);
    vectors.forEach(([vector], index) => {
      expect(dot(vector!, golden.embeddings[index]!)).toBeGreaterThan(0.995);
      expect(dot(vector!, vector!)).toBeCloseTo(1, 5);
    });
  });

  it('finds the answer near the question', async () => {
    const question = await embedder.embedQuery('What is wisdom?');
    const answer = await vectorOf('Wisdom is understanding what truly matters');
    expect(Math.abs(dot(question, answer) - 0.777)).toBeLessThan(0.02);
  });

  it('gives a text the same vector in any company', async () => {
    const texts = [...golden.texts, LONG.slice(0, 900), 'ok', '', ' \n'];
    const alone = new Map<string, Float32Array>();
    for (const text of texts) alone.set(text, await vectorOf(text));
    const requests = Array.from({ length: 12 }, (_, index) =>
      texts.map((_, i) => texts[(i * index + i) % 9]!),
    );
    const together = await Promise.all(requests.map((request) => embedder.embedTexts(request)));
    together.forEach((vectors, request) =>
      vectors.forEach(([vector], index) =>
        expect(dot(vector!, alone.get(requests[request]![index]!)!)).toBeGreaterThan(1 - 1e-5),
      ),
    );
  });

  it('gives a long text a vector per chunk, the first that of its first 254 tokens', async () => {
    const [chunks] = await embedder.embedTexts([LONG.slice(0, 2450)]); // 500 tokens
    expect(chunks).toHaveLength(3);
    const words = LONG.split(/\s/);
    expect(dot(chunks![0]!, await vectorOf(words.slice(0, 254).join(' ')))).toBeCloseTo(1, 5);
    expect(dot(chunks![2]!, await vectorOf(words.slice(444, 500).join(' ')))).toBeCloseTo(1, 5);
  });

  it('makes one vector of a long question: the mean of its chunks', async () => {
    const text = LONG.slice(0, 2450);
    const [chunks] = await embedder.embedTexts([text]);
    expect(dot(await embedder.embedQuery(text), unitMeanOf(chunks!))).toBeCloseTo(1, 5);
  });

  it('counts tokens without special ones, also across the pieces of a long text', async () => {
    await expect(embedder.countTokens(['', 'What is wisdom?', LONG])).resolves.toEqual([0, 4, 20_000]);
    await expect(embedder.countTokens(['你好'.repeat(5000)])).resolves.toEqual([10_000]);
  });

  it('has no vectors for no texts', async () => {
    await expect(embedder.embedTexts([])).resolves.toEqual([]);
  });
});

describe('LocalEmbedder with one thread, which nobody else can stand in for', () => {
  const embedder = new LocalEmbedder({ ...options, threads: 1 });
  beforeAll(() => embedder.start());
  afterAll(() => embedder.stop());

  it('answers questions while a long document is being embedded', async () => {
    const document = embedder.embedTexts([LONG.slice(0, LONG.length / 5)]);
    const first = await Promise.race([document, embedder.embedQuery('Which number comes first?')]);
    expect(first).toHaveLength(384);
    expect((await document)[0]).toHaveLength(18);
  });

  it('counts and embeds short texts while long ones are being tokenised', async () => {
    const order: string[] = [];
    const done = (name: string) => () => order.push(name);
    await Promise.all([
      embedder.countTokens(Array<string>(5).fill(LONG)).then(done('long count')),
      embedder.countTokens(['ready']).then(done('count')),
      embedder.embedTexts(['ready']).then(done('text')),
    ]);
    expect(order.at(-1)).toBe('long count');
  });
});

describe('LocalEmbedder, its observer and bounds', () => {
  it('reports batches, what waits and questions remembered; refuses when too much waits', async () => {
    const seen = { chunks: 0, waiting: [] as number[], hits: [] as boolean[] };
    const sut = new LocalEmbedder(
      { ...options, queueLimit: 2 },
      {
        batch: (report) => (seen.chunks += report.chunks),
        waiting: (chunks) => seen.waiting.push(chunks),
        cache: (hit) => seen.hits.push(hit),
      },
    );
    await sut.start();
    const checked = seen.chunks;
    const taken = sut.embedTexts(['a', 'b', 'c']);
    await expect(sut.embedTexts(['d'])).rejects.toMatchObject({
      code: 'embedding_overloaded',
      retryAfter: 1,
    });
    await Promise.all([sut.embedQuery('q'), sut.embedQuery('q')]);
    await taken;
    await sut.embedTexts(['d']);
    expect(seen.chunks - checked).toBe(5);
    expect(Math.max(...seen.waiting)).toBe(4);
    expect(seen.waiting.at(-1)).toBe(0);
    expect(seen.hits).toEqual([false, true]);
    await sut.stop();
  });

  it('runs the model on no more tokens at once than it is told, and on a longer text alone', async () => {
    const batches: { chunks: number; tokens: number }[] = [];
    const sut = new LocalEmbedder(
      { ...options, batchTokens: 16 },
      { batch: (report) => batches.push(report), waiting: () => undefined, cache: () => undefined },
    );
    await sut.start();
    batches.length = 0;
    await sut.embedTexts([...Array<string>(20).fill('green tea'), 'tea '.repeat(40)]);
    expect(batches.some(({ chunks }) => chunks > 1)).toBe(true);
    for (const { chunks, tokens } of batches) expect(chunks === 1 || tokens <= 16).toBe(true);
    await sut.stop();
  });

  it('is unavailable before it is started', async () => {
    const sut = new LocalEmbedder(options);
    await expect(sut.embedTexts(['a'])).rejects.toMatchObject({ code: 'embedding_unavailable' });
    await expect(sut.countTokens(['a'])).rejects.toMatchObject({ code: 'embedding_unavailable' });
  });
});

describe('LocalEmbedder, started on', () => {
  let copies: string;
  beforeEach(() => {
    copies = mkdtempSync(join(tmpdir(), 'models-'));
    cpSync(join(modelsPath, options.model), join(copies, 'own/model'), { recursive: true });
  });
  afterEach(() => rmSync(copies, { recursive: true }));

  const start = (changes: Partial<LocalEmbedderOptions> = {}) =>
    new LocalEmbedder({ ...options, modelsPath: copies, model: 'own/model', ...changes }).start();

  it('a model of another name without sums and golden vectors: serves it', async () => {
    rmSync(join(copies, 'own/model/SHA256SUMS'));
    rmSync(join(copies, 'own/model/golden-embeddings.json'));
    const sut = new LocalEmbedder({ ...options, modelsPath: copies, model: 'own/model' });
    await sut.start();
    expect(sut.model).toMatchObject({ name: 'model', dimension: 384 });
    await sut.stop();
  });

  it('a model that is not there: says which file is missing', async () => {
    await expect(start({ model: 'other' })).rejects.toThrow(/other.config\.json is missing\. Restore it/);
  });

  it('a model with a byte changed: says which file is damaged', async () => {
    const file = join(copies, 'own/model/onnx/model_quantized.onnx');
    const bytes = readFileSync(file);
    bytes[1000]! ^= 1;
    writeFileSync(file, bytes);
    await expect(start()).rejects.toThrow(`${file} is damaged`);
  });

  it('a file that is no model: says that it cannot be loaded', async () => {
    rmSync(join(copies, 'own/model/SHA256SUMS'));
    writeFileSync(join(copies, 'own/model/onnx/model_quantized.onnx'), 'not a model');
    await expect(start()).rejects.toThrow(/The model in .*own.model cannot be loaded: /);
  });

  it('a model whose vectors have no direction: refuses', async () => {
    rmSync(join(copies, 'own/model/SHA256SUMS'));
    rmSync(join(copies, 'own/model/golden-embeddings.json'));
    writeFileSync(join(copies, 'own/model/onnx/model_quantized.onnx'), aimlessModel());
    await expect(start()).rejects.toThrow(/cannot be loaded: it gives vectors without a direction/);
  });

  it('a model that gives other vectors than its golden ones: refuses', async () => {
    rmSync(join(copies, 'own/model/SHA256SUMS'));
    const swapped = { ...golden, texts: golden.texts.toReversed() };
    writeFileSync(join(copies, 'own/model/golden-embeddings.json'), JSON.stringify(swapped));
    await expect(start()).rejects.toThrow(/gives wrong vectors here: .* Reinstall the dependencies/);
  });

  it('a model of another dimension than is configured: refuses', async () => {
    await expect(start({ dimensions: 768 })).rejects.toThrow(
      'gives vectors of 384 numbers, but EMBEDDING_DIMENSIONS is 768',
    );
  });
});
