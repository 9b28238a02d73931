import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { AutoModel, AutoTokenizer, env, PreTrainedTokenizer, Tensor } from '@xenova/transformers';
import { unchangedModel } from '../../test/support/onnx-model';
import { LocalModel } from './local-model';
import { checkModelFiles } from './model-files';
import { dot, unitMeanOf } from './unit-vector';

const MODELS = join(__dirname, '../../models');
const NAME = 'all-MiniLM-L6-v2';

/** Words, and what tokenizers are known to differ about. */
const TEXTS = [
  'Ana: the tomatoes go on the south side this year',
  '',
  ' \n\t ',
  'naïve café, NAÏVE CAFÉ: nai\u0308ve cafe\u0301',
  "don't re-enter 3.14 e-mail@example.org https://example.org/a?b=c#d",
  '你好，世界。こんにちは 안녕하세요',
  'Ελλάδα Россия مرحبا שלום हिन्दी ไทย',
  '👩‍👩‍👧‍👦 👍🏽 𝕎𝕠𝕣𝕕𝕤 \u200b\ufeff\u00a0\u0000\ufffd',
  '[CLS] [SEP] [MASK] [PAD] [UNK] ##ing',
  'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4),
  'x'.repeat(120),
];

describe('LocalModel', () => {
  const directory = join(MODELS, NAME);
  let model: LocalModel;
  let reference: PreTrainedTokenizer;
  beforeAll(async () => {
    const { file } = await checkModelFiles(directory);
    model = await LocalModel.load({ directory, weightsFile: file });
    Object.assign(env, { allowRemoteModels: false, localModelPath: MODELS });
    reference = await AutoTokenizer.from_pretrained(NAME);
  });

  it.each(TEXTS)('tokenises as transformers does: %j', (text) => {
    expect(model.tokenise(text)).toEqual(reference.encode(text, { add_special_tokens: false }));
  });

  it('gives the vectors that transformers gives', async () => {
    const original = await AutoModel.from_pretrained(NAME, { dtype: 'q8' });
    const rows = TEXTS.map((text) => model.tokenise(text));
    const vectors = await model.embed(rows);
    for (const [i, text] of TEXTS.entries()) {
      const { input_ids, attention_mask } = reference(text) as Record<string, Tensor>;
      const { last_hidden_state: hidden } = (await original({ input_ids, attention_mask })) as Record<
        string,
        Tensor
      >;
      const [, tokens, dimension] = hidden!.dims as [number, number, number];
      const numbers = hidden!.data as Float32Array;
      const ofTokens = Array.from({ length: tokens }, (_, at) =>
        numbers.slice(at * dimension, (at + 1) * dimension),
      );
      expect(dot(vectors[i]!, unitMeanOf(ofTokens))).toBeCloseTo(1, 5);
    }
  });

  it.each([
    ['it asks for pixel_values, which texts alone do not give', 'pixel_values', 'last_hidden_state'],
    ['it has no output last_hidden_state', 'input_ids', 'sentence_embedding'],
    ['its output is of int64, not of float32', 'input_ids', 'last_hidden_state'],
  ])('says what is wrong with a model: %s', async (problem, input, output) => {
    const beside = mkdtempSync(join(tmpdir(), 'wisdom-model-'));
    const weights = join(beside, 'model.onnx');
    writeFileSync(weights, unchangedModel(input, output));
    const loading = LocalModel.load({ directory, weightsFile: relative(directory, weights) });
    await expect(loading).rejects.toThrow(problem);
    rmSync(beside, { recursive: true });
  });

  it.each([34, 0])('says what is wrong with a model that reads %d tokens at once', async (most) => {
    const beside = mkdtempSync(join(tmpdir(), 'wisdom-model-'));
    copyFileSync(join(directory, 'tokenizer.json'), join(beside, 'tokenizer.json'));
    const { file } = await checkModelFiles(directory);
    const load = (model_max_length: number) => {
      writeFileSync(join(beside, 'tokenizer_config.json'), JSON.stringify({ model_max_length }));
      return LocalModel.load({ directory: beside, weightsFile: relative(beside, join(directory, file)) });
    };
    await expect(load(most)).rejects.toThrow(`its model_max_length is ${most}, where 35 is the least`);
    await expect(load(35)).resolves.toMatchObject({ chunkTokens: 33 });
    rmSync(beside, { recursive: true });
  });

  describe('with a tokenizer of another family', () => {
    let beside: string;
    beforeEach(() => {
      beside = mkdtempSync(join(tmpdir(), 'wisdom-model-'));
      writeFileSync(join(beside, 'tokenizer_config.json'), JSON.stringify({ model_max_length: 40 }));
    });
    afterEach(() => rmSync(beside, { recursive: true }));

    /** Words begin with a token of their own, so that `a` is two; `normalizer` comes before. */
    async function load(normalizer: object | null): Promise<LocalModel> {
      const tokens = ['<s>', '</s>', '<unk>', '▁', 'a', 'b'];
      const special = (id: string) => [id, { id, ids: [tokens.indexOf(id)], tokens: [id] }] as const;
      const tokenizer = {
        added_tokens: tokens.slice(0, 3).map((content, id) => ({ id, content, special: true })),
        normalizer,
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
        post_processor: {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '<s>', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: '</s>', type_id: 0 } },
          ],
          special_tokens: Object.fromEntries(['<s>', '</s>'].map(special)),
        },
        decoder: null,
        model: { type: 'Unigram', unk_id: 2, vocab: tokens.map((token) => [token, -1]) },
      };
      writeFileSync(join(beside, 'tokenizer.json'), JSON.stringify(tokenizer));
      const { file } = await checkModelFiles(directory);
      return LocalModel.load({ directory: beside, weightsFile: relative(beside, join(directory, file)) });
    }

    it('tells its special tokens from those of a text', async () => {
      const model = await load(null);
      expect(model.tokenise('a')).toEqual([3, 4]);
      expect(model.chunkTokens).toBe(40 - 2);
    });

    it('refuses one that gives a letter no tokens', async () => {
      const nothing = { type: 'Replace', pattern: { Regex: '.*' }, content: '' };
      await expect(load(nothing)).rejects.toThrow('its tokenizer gives "a" no tokens of its own');
    });
  });
});
