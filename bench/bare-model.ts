import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AutoTokenizer, env } from '@xenova/transformers';
import { BatchQueue } from '../src/embedding/batch-queue';
import { EMBEDDER_OPTIONS } from './embedder-options';

/**
 * The model on onnxruntime alone, in this thread, one session on all cores, given batches made beforehand. Its threads do not
 * spin between batches, where they would take the cores from what is measured in turns with it.
 */
export class BareModel {
  private constructor(private readonly session: InferenceSession) {}

  static async load({ modelsPath, model, threads }: typeof EMBEDDER_OPTIONS): Promise<BareModel> {
    const file = join(modelsPath, model, 'onnx/model_quantized.onnx');
    const session = await InferenceSession.create(file, {
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

/** As the embedder makes them when all texts wait at once. */
export function inBatches(tokens: readonly number[][]): BareBatch[] {
  const queue = new BatchQueue<number[]>(EMBEDDER_OPTIONS.batchTokens);
  for (const row of tokens) queue.push('document', row, row.length);
  const batches: BareBatch[] = [];
  for (let batch = queue.next(); batch.length > 0; batch = queue.next()) batches.push(toBatch(batch));
  return batches;
}

/** The rows as the model takes them, padded to the longest. */
export function toBatch(rows: readonly number[][]): BareBatch {
  const width = Math.max(...rows.map(({ length }) => length));
  const tensor = (valueOf: (row: number[], position: number) => number) => {
    const values = rows.flatMap((row) => Array.from({ length: width }, (_, at) => BigInt(valueOf(row, at))));
    return new Tensor('int64', BigInt64Array.from(values), [rows.length, width]);
  };
  return {
    input_ids: tensor((row, at) => row[at] ?? 0),
    attention_mask: tensor((row, at) => (at < row.length ? 1 : 0)),
  };
}
