import { LocalEmbedder, LocalEmbedderOptions } from '../src/embedding/local.embedder';
import { EMBEDDER_OPTIONS } from './embedder-options';

/** Works with the service's embedder in this process, which ends with the work. */
export async function withEmbedder<T>(
  work: (embedder: LocalEmbedder) => Promise<T>,
  options: LocalEmbedderOptions = EMBEDDER_OPTIONS,
): Promise<T> {
  const embedder = new LocalEmbedder(options);
  await embedder.start();
  try {
    return await work(embedder);
  } finally {
    await embedder.stop();
  }
}
