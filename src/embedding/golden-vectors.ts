import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddingModelError } from './embedding.errors';
import { dot } from './unit-vector';

/** int8 weights give 0.992 and more; a wrong model, pooling or tokenizer gives less than 0.9. */
const LEAST_COSINE = 0.99;

interface GoldenVectors {
  readonly reference: string;
  readonly texts: readonly string[];
  readonly embeddings: readonly (readonly number[])[];
}

/**
 * Compares what `embed` makes of a model's reference texts with its `golden-embeddings.json`. A model without that
 * file passes.
 *
 * @throws EmbeddingModelError if a vector is not the reference's, or the file cannot be used.
 */
export async function checkGoldenVectors(
  directory: string,
  embed: (texts: readonly string[]) => Promise<Float32Array[][]>,
): Promise<void> {
  const path = join(directory, 'golden-embeddings.json');
  if (!existsSync(path)) return;
  const golden = await readGolden(path);
  const embedded = await embed(golden.texts);
  embedded.forEach(([vector], index) => {
    const cosine = dot(golden.embeddings[index]!, vector!);
    if (!(cosine >= LEAST_COSINE))
      throw new EmbeddingModelError(
        `The model in ${directory} gives wrong vectors here: "${golden.texts[index]}" has cosine ` +
          `${cosine.toFixed(4)} to its reference, where ${LEAST_COSINE} is the least. Reinstall the dependencies ` +
          '(npm ci), or use an embedding server (EMBEDDING_PROVIDER=http).',
      );
  });
}

async function readGolden(path: string): Promise<GoldenVectors> {
  const text = await readFile(path, 'utf8');
  let problem = 'it must have `texts` and, of each, one of `embeddings`';
  try {
    const golden = JSON.parse(text) as GoldenVectors | null;
    if (golden && isGolden(golden)) return golden;
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new EmbeddingModelError(
    `The reference vectors in ${path} cannot be used: ${problem}. Write that file again, or remove it: a model ` +
      'without it is not compared.',
  );
}

function isGolden({ texts, embeddings }: Partial<GoldenVectors>): boolean {
  return (
    Array.isArray(texts) &&
    Array.isArray(embeddings) &&
    texts.length === embeddings.length &&
    texts.every((text) => typeof text === 'string') &&
    embeddings.every(Array.isArray)
  );
}
