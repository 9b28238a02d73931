import { Lane } from './batch-queue';
import { EmbeddingOverloadedError } from './embedding.errors';

/** Characters of a chunk, roughly: 254 tokens of English. What is admitted is counted before it is tokenised. */
const CHUNK_CHARACTERS = 1000;

const LONGEST_RETRY_SECONDS = 60;

/** Bounds what waits for the model, so that under overload callers hear it at once instead of waiting for ever. */
export class WaitingRoom {
  private readonly chunks: Record<Lane, number> = { question: 0, document: 0 };
  private secondsPerChunk = 0;

  /** `limit` chunks of either lane: bulk loading never turns a question away. */
  constructor(
    private readonly limit: number,
    private readonly onChange: (chunks: number) => void,
  ) {}

  /**
   * Does the work, counting its texts as waiting until it is done. A request is taken whole as long as the room is
   * not full, so that one bigger than the room is served too.
   *
   * @throws EmbeddingOverloadedError when the room is full.
   */
  async admit<T>(lane: Lane, texts: readonly string[], work: () => Promise<T>): Promise<T> {
    if (this.chunks[lane] >= this.limit) throw new EmbeddingOverloadedError(this.retryAfter(lane));
    const chunks = texts.reduce((sum, { length }) => sum + Math.ceil((length || 1) / CHUNK_CHARACTERS), 0);
    this.change(lane, chunks);
    try {
      return await work();
    } finally {
      this.change(lane, -chunks);
    }
  }

  /** How fast the model works at present. */
  paceIs(secondsPerChunk: number): void {
    this.secondsPerChunk = secondsPerChunk;
  }

  private change(lane: Lane, chunks: number): void {
    this.chunks[lane] += chunks;
    this.onChange(this.chunks.question + this.chunks.document);
  }

  private retryAfter(lane: Lane): number {
    const seconds = Math.ceil(this.chunks[lane] * this.secondsPerChunk);
    return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds));
  }
}
