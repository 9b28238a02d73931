import type { EmbeddingConfig } from '../config/app-config';
import { configuredEmbedder } from '../embedding/configured-embedder';
import type { Embedder } from '../embedding/embedder';

/** Makes the vectors that a source does not have. The model is only loaded where there are such texts. */
export class MissingVectors {
  private started?: Promise<Embedder>;

  constructor(
    private readonly config: EmbeddingConfig,
    private readonly warn: (message: string) => void,
  ) {}

  /** @throws EmbeddingModelError or EmbeddingUnavailableError. */
  async embed(texts: readonly string[]): Promise<Float32Array[][]> {
    this.started ??= this.start();
    return (await this.started).embedTexts(texts);
  }

  /** Safe to call twice, and where nothing was embedded. */
  async close(): Promise<void> {
    const embedder = await this.started?.catch(() => undefined);
    await embedder?.stop();
  }

  private async start(): Promise<Embedder> {
    // Nobody else waits, and a batch of long texts has more chunks than a service would let wait.
    const embedder = configuredEmbedder({ ...this.config, queueLimit: Infinity }, this.warn);
    await embedder.start();
    return embedder;
  }
}
