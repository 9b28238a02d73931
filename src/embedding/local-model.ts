import {
  AutoModel,
  AutoTokenizer,
  env,
  PreTrainedModel,
  PreTrainedTokenizer,
  Tensor,
} from '@xenova/transformers';
import { CHUNK_TOKENS } from './chunk-windows';
import { normalise } from './unit-vector';
import { LocalModelOptions } from './worker-protocol';

/**
 * By default onnxruntime's threads burn their cores while they wait for each other. Where others need the cores too,
 * and ChromaDB and the API do, that costs twice the processor time and half the rate. Where they stop with each batch
 * (`force_spinning_stop`), a lone text is a fifth faster on an idle machine, but the rate of many is a quarter lower.
 */
const WITHOUT_SPINNING = { session: { intra_op: { allow_spinning: '0' } } };

/**
 * Up to so many tokens, padding included, one core is as fast as several, which wait for each other at every step: with two,
 * 12 tokens take 3.4 instead of 3.1 ms, 48 tokens 6.4 as well and 96 tokens 10.4 instead of 11.9, and burn half as much
 * processor time again, which the API and ChromaDB need beside it.
 */
const MOST_TOKENS_OF_ONE_CORE = 64;

/** A model of MODELS_PATH in this thread. Running it blocks the thread: onnxruntime computes synchronously. */
export class LocalModel {
  /** Tokens of a text that it reads at once, without the special ones. */
  readonly chunkTokens: number;

  private constructor(
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly models: { readonly onOneCore: PreTrainedModel; readonly onAll: PreTrainedModel },
    private readonly special: { readonly before: number[]; readonly after: number[] },
  ) {
    const limit = (tokenizer.model_max_length as number | undefined) ?? Infinity;
    this.chunkTokens = Math.min(CHUNK_TOKENS, limit - special.before.length - special.after.length);
  }

  /** Loads it from disk; the network is never asked. */
  static async load({ modelsPath, model, weights, threads }: LocalModelOptions): Promise<LocalModel> {
    env.allowRemoteModels = false;
    env.localModelPath = modelsPath;
    const tokenizer = await AutoTokenizer.from_pretrained(model);
    const on = (cores: number) =>
      AutoModel.from_pretrained(model, {
        dtype: weights,
        session_options: { intraOpNumThreads: cores, interOpNumThreads: 1, extra: WITHOUT_SPINNING },
      });
    const onOneCore = await on(1);
    const onAll = threads === 1 ? onOneCore : await on(threads);
    return new LocalModel(tokenizer, { onOneCore, onAll }, specialTokens(tokenizer));
  }

  /** The text's tokens without special ones. */
  tokenise(text: string): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false });
  }

  /** The vector of each chunk, of length 1: the mean of the model's output over the chunk's tokens, special ones included. */
  async embed(chunks: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const rows = chunks.map((tokens) => [...this.special.before, ...tokens, ...this.special.after]);
    const width = Math.max(...rows.map((row) => row.length));
    const tokens = new BigInt64Array(rows.length * width);
    const mask = new BigInt64Array(rows.length * width);
    rows.forEach((row, index) => {
      row.forEach((token, position) => (tokens[index * width + position] = BigInt(token)));
      mask.fill(1n, index * width, index * width + row.length);
    });
    const shape = [rows.length, width];
    const { onOneCore, onAll } = this.models;
    const model = tokens.length <= MOST_TOKENS_OF_ONE_CORE ? onOneCore : onAll;
    const { last_hidden_state: hidden } = (await model({
      input_ids: new Tensor('int64', tokens, shape),
      attention_mask: new Tensor('int64', mask, shape),
    })) as { last_hidden_state: Tensor };
    const dimension = hidden.dims[2]!;
    return rows.map((row, index) =>
      unitMean(hidden.data as Float32Array, index * width, row.length, dimension),
    );
  }
}

/** The tokens that the tokenizer puts before and after a text ([CLS] and [SEP] in BERT). */
function specialTokens(tokenizer: PreTrainedTokenizer): { before: number[]; after: number[] } {
  const [word] = tokenizer.encode('a', { add_special_tokens: false });
  const whole = tokenizer.encode('a');
  const position = whole.indexOf(word!);
  return { before: whole.slice(0, position), after: whole.slice(position + 1) };
}

/** The mean of `count` rows of `dimension` numbers beginning at row `first`, scaled to length 1. */
function unitMean(rows: Float32Array, first: number, count: number, dimension: number): Float32Array {
  const sum = new Float32Array(dimension);
  for (let row = first; row < first + count; row++)
    for (let index = 0, from = row * dimension; index < dimension; index++)
      sum[index]! += rows[from + index]!;
  return normalise(sum);
}
