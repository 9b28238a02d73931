import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../test/support/random';
import { each, inPartsOf } from './measure';
import { withEmbedder } from './with-embedder';

export const DIMENSION = 384;

/** Texts embedded by one call, as `POST /store/batch` does. */
const REQUEST = 100;

/**
 * The vectors of texts, of the first chunk of each, one after the other in one array. Kept in the directory for
 * temporary files: a benchmark that is run again does not wait for the model again.
 */
export async function embeddedTexts(texts: readonly string[]): Promise<Float32Array> {
  const digest = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `wisdom-bench-${digest}.f32`);
  if (existsSync(file)) return new Float32Array(new Uint8Array(readFileSync(file)).buffer);
  const vectors = await embed(texts);
  writeFileSync(file, vectors);
  return vectors;
}

function embed(texts: readonly string[]): Promise<Float32Array> {
  return withEmbedder(async (embedder) => {
    const vectors = new Float32Array(texts.length * DIMENSION);
    await each([...inPartsOf(REQUEST, texts).entries()], 2, async ([part, request]) => {
      for (const [i, chunks] of (await embedder.embedTexts(request)).entries())
        vectors.set(chunks[0]!, (part * REQUEST + i) * DIMENSION);
    });
    return vectors;
  });
}

/**
 * As many vectors as wanted: the real ones first, then blends of two of them each, which lie where vectors of texts lie
 * and are no copies. The same ones in every run.
 */
export function blendedVectors(real: Float32Array, count: number): Float32Array {
  const vectors = new Float32Array(count * DIMENSION);
  vectors.set(real.subarray(0, vectors.length));
  const random = seededRandom(count);
  const pick = () => vectorAt(real, Math.floor(random.next() * (real.length / DIMENSION)));
  for (let n = real.length / DIMENSION; n < count; n++) {
    const [one, other, share] = [pick(), pick(), 0.2 + 0.6 * random.next()];
    const blend = one.map((component, i) => component + share * other[i]!);
    const length = Math.hypot(...blend);
    vectors.set(
      blend.map((component) => component / length),
      n * DIMENSION,
    );
  }
  return vectors;
}

export function vectorAt(vectors: Float32Array, n: number): Float32Array {
  return vectors.subarray(n * DIMENSION, (n + 1) * DIMENSION);
}
