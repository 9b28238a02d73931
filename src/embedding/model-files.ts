import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EmbeddingModelError } from './embedding.errors';

const SUMS = 'SHA256SUMS';

/** The numbers that a model is made of. */
export interface ModelWeights {
  readonly dtype: 'int8' | 'fp16' | 'fp32';
  /** Below the model's directory. */
  readonly file: string;
}

/** In the order of preference: int8 is twice as fast as fp32 and finds the same. */
const WEIGHTS: readonly ModelWeights[] = [
  { dtype: 'int8', file: 'onnx/model_quantized.onnx' },
  { dtype: 'fp16', file: 'onnx/model_fp16.onnx' },
  { dtype: 'fp32', file: 'onnx/model.onnx' },
];

/**
 * Checks that the model's files are there and, where the model has a `SHA256SUMS`, that they are what it says.
 *
 * @returns which weights there are.
 * @throws EmbeddingModelError naming the file and what to do.
 */
export async function checkModelFiles(directory: string): Promise<ModelWeights> {
  const sums = await readSums(directory);
  const needed = sums?.keys() ?? ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
  for (const file of needed) if (!existsSync(join(directory, file))) throw missing(directory, file);
  const weights = weightsIn(directory);
  for (const [file, sum] of sums ?? [])
    if ((await sha256(join(directory, file))) !== sum) throw damaged(directory, file);
  return weights;
}

/**
 * What is known of a model without loading it: its weights, and how many numbers its vectors have.
 *
 * @throws EmbeddingModelError naming the file and what to do.
 */
export async function readModelFacts(
  directory: string,
): Promise<{ readonly weights: ModelWeights; readonly dimension: number }> {
  const file = join(directory, 'config.json');
  if (!existsSync(file)) throw missing(directory, 'config.json');
  const { hidden_size: dimension } = JSON.parse(await readFile(file, 'utf8')) as { hidden_size: number };
  return { weights: weightsIn(directory), dimension };
}

function weightsIn(directory: string): ModelWeights {
  const found = WEIGHTS.find(({ file }) => existsSync(join(directory, file)));
  if (!found) throw missing(directory, WEIGHTS[0]!.file);
  return found;
}

/** File -> sha256 in hex, as `sha256sum` writes it. */
async function readSums(directory: string): Promise<ReadonlyMap<string, string> | undefined> {
  const path = join(directory, SUMS);
  if (!existsSync(path)) return undefined;
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return new Map(lines.map((line) => [line.slice(64).replace(/^[ *]+/, ''), line.slice(0, 64)]));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function missing(directory: string, file: string): EmbeddingModelError {
  return new EmbeddingModelError(
    `The model file ${join(directory, file)} is missing. ${RESTORE} A model of your own needs config.json, ` +
      'tokenizer.json, tokenizer_config.json and an ONNX export in onnx/.',
  );
}

function damaged(directory: string, file: string): EmbeddingModelError {
  return new EmbeddingModelError(
    `The model file ${join(directory, file)} is damaged: its sha256 is not the one in ${SUMS}. ${RESTORE}`,
  );
}

const RESTORE =
  'Restore it (in a clone: git checkout -- models), or let MODELS_PATH and EMBEDDING_MODEL name a complete model.';
