import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CHUNK_OVERLAP, CHUNK_TOKENS } from './chunk-windows';
import { normalise } from './unit-vector';
import { LocalModelOptions } from './worker-protocol';

/** What is used of the tokenizer. Its own types name their files as bundlers do, and would be `any` here. */
interface TextTokenizer {
  encode(text: string, options?: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
}

const TextTokenizer = Tokenizer as unknown as new (file: object, config: object) => TextTokenizer;

/** What the model gives a vector of each token by, in every ONNX export of a sentence-transformers model. */
const OUTPUT = 'last_hidden_state';

/** The inputs that a model may have. `token_type_ids` are all 0: they tell pairs of texts apart, which are not embedded. */
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

/**
 * A model of MODELS_PATH in this thread. Running it blocks the thread: onnxruntime computes synchronously, here on one
 * core (docs/adr/0017-a-model-on-each-core.md).
 */
export class LocalModel {
  private constructor(
    private readonly tokenizer: TextTokenizer,
    private readonly session: InferenceSession,
    private readonly special: SpecialTokens,
    /** Tokens of a text that it reads at once, without the special ones. */
    readonly chunkTokens: number,
  ) {}

  /** Loads it from its directory; the network is never asked. */
  static async load({ directory, weightsFile }: LocalModelOptions): Promise<LocalModel> {
    const [file, config] = await Promise.all([
      readJson<object>(join(directory, 'tokenizer.json')),
      readJson<{ model_max_length?: number }>(join(directory, 'tokenizer_config.json')),
    ]);
    const tokenizer = new TextTokenizer(file, config);
    const session = await InferenceSession.create(join(directory, weightsFile), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    refuseOtherThanEncoders(session);
    const special = specialTokens(tokenizer);
    const mostTokens = config.model_max_length ?? Infinity;
    return new LocalModel(tokenizer, session, special, chunkTokens(special, mostTokens));
  }

  /** The text's tokens without special ones. */
  tokenise(text: string): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** The vector of each chunk, of length 1: the mean of the model's output over the chunk's tokens, special ones included. */
  async embed(chunks: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const rows = chunks.map((tokens) => [...this.special.before, ...tokens, ...this.special.after]);
    const width = Math.max(...rows.map((row) => row.length));
    const { data, dims } = await this.run(rows, width);
    const dimension = dims[2]!;
    return rows.map((row, index) => unitMean(data, index * width, row.length, dimension));
  }

  private async run(
    rows: readonly number[][],
    width: number,
  ): Promise<{ data: Float32Array; dims: readonly number[] }> {
    const ids = new BigInt64Array(rows.length * width);
    const mask = new BigInt64Array(rows.length * width);
    rows.forEach((row, index) => {
      row.forEach((token, position) => (ids[index * width + position] = BigInt(token)));
      mask.fill(1n, index * width, index * width + row.length);
    });
    const values = {
      input_ids: ids,
      attention_mask: mask,
      token_type_ids: new BigInt64Array(rows.length * width),
    };
    const feeds = Object.entries(values)
      .filter(([name]) => this.session.inputNames.includes(name))
      .map(([name, data]) => [name, new Tensor('int64', data, [rows.length, width])] as const);
    const { [OUTPUT]: hidden } = await this.session.run(Object.fromEntries(feeds));
    return { data: hidden!.data as Float32Array, dims: hidden!.dims };
  }
}

/** What the tokenizer puts before and after a text ([CLS] and [SEP] in BERT). */
interface SpecialTokens {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

/** @throws Error saying what of the model is not as it must be. */
function refuseOtherThanEncoders({ inputNames, outputNames, outputMetadata }: InferenceSession): void {
  const unknown = inputNames.filter((name) => !INPUTS.includes(name));
  if (unknown.length > 0) throw new Error(`it asks for ${unknown.join(', ')}, which texts alone do not give`);
  const output = outputMetadata[outputNames.indexOf(OUTPUT)];
  if (!output?.isTensor) throw new Error(`it has no output ${OUTPUT}`);
  if (output.type !== 'float32') throw new Error(`its output is of ${output.type}, not of float32`);
}

/** @throws Error where they cannot be told from those of a text. */
function specialTokens(tokenizer: TextTokenizer): SpecialTokens {
  const { ids: text } = tokenizer.encode('a', { add_special_tokens: false });
  const { ids } = tokenizer.encode('a');
  const start = ids.findIndex((_, at) => text.every((token, i) => ids[at + i] === token));
  if (text.length === 0 || start < 0) throw new Error('its tokenizer gives "a" no tokens of its own');
  return { before: ids.slice(0, start), after: ids.slice(start + text.length) };
}

/** @throws Error where a chunk would hold no more than what it repeats of the one before. */
function chunkTokens({ before, after }: SpecialTokens, mostTokens: number): number {
  const tokens = Math.min(CHUNK_TOKENS, mostTokens - before.length - after.length);
  if (tokens > CHUNK_OVERLAP) return tokens;
  const least = CHUNK_OVERLAP + before.length + after.length + 1;
  throw new Error(`its model_max_length is ${mostTokens}, where ${least} is the least`);
}

/** The mean of `count` rows of `dimension` numbers beginning at row `first`, scaled to length 1. */
function unitMean(rows: Float32Array, first: number, count: number, dimension: number): Float32Array {
  const sum = new Float32Array(dimension);
  for (let row = first; row < first + count; row++)
    for (let index = 0, from = row * dimension; index < dimension; index++)
      sum[index]! += rows[from + index]!;
  return normalise(sum);
}
