import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AutoTokenizer, env } from '@xenova/transformers';
import { EMBEDDER_OPTIONS } from './embedder-options';

interface OnnxRuntime {
  readonly InferenceSession: { create(path: string, options: object): Promise<InferenceSession> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => Tensor;
}

/** The very onnxruntime that the embedder's library uses. */
const onnxruntime = createRequire(require.resolve('@xenova/transformers'))('onnxruntime-node') as OnnxRuntime;

/** The model on onnxruntime alone, in this thread, given batches made beforehand: nothing can be faster here. */
export class BareModel {
  private constructor(private readonly session: InferenceSession) {}

  static async load({ modelsPath, model, threads }: typeof EMBEDDER_OPTIONS): Promise<BareModel> {
    const file = join(modelsPath, model, 'onnx/model_quantized.onnx');
    const session = await onnxruntime.InferenceSession.create(file, {
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new BareModel(session);
  }

  async run({ input_ids, attention_mask }: BareBatch): Promise<void> {
    await this.session.run({ input_ids, attention_mask });
  }
}

export interface BareBatch {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
}

/** The tokens of each text, special ones included. */
export async function tokenise(
  { modelsPath, model }: typeof EMBEDDER_OPTIONS,
  texts: readonly string[],
): Promise<number[][]> {
  env.allowRemoteModels = false;
  env.localModelPath = modelsPath;
  const tokenizer = await AutoTokenizer.from_pretrained(model);
  return texts.map((text) => tokenizer.encode(text).slice(0, 256));
}

/** The rows as the model takes them, padded to the longest. */
export function toBatch(rows: readonly number[][]): BareBatch {
  const width = Math.max(...rows.map(({ length }) => length));
  const tensor = (valueOf: (row: number[], position: number) => number) => {
    const values = rows.flatMap((row) => Array.from({ length: width }, (_, at) => BigInt(valueOf(row, at))));
    return new onnxruntime.Tensor('int64', BigInt64Array.from(values), [rows.length, width]);
  };
  return {
    input_ids: tensor((row, at) => row[at] ?? 0),
    attention_mask: tensor((row, at) => (at < row.length ? 1 : 0)),
  };
}
