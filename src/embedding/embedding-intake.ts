import type { EmbeddingConfig } from '../config/app-config';
import { Lane } from './batch-queue';
import { EmbeddingObserver } from './embedding-observer';
import { QuestionCache } from './question-cache';
import { unitMeanOf } from './unit-vector';
import { WaitingRoom } from './waiting-room';
import { BatchReport } from './worker-protocol';

/** What computes the vectors: per text those of its chunks, in order. */
export type EmbedChunks = (lane: Lane, texts: readonly string[]) => Promise<Float32Array[][]>;

/** What stands before any model: the bound of what may wait for it, and the memory of questions. */
export class EmbeddingIntake {
  private readonly room: WaitingRoom;
  private readonly questions: QuestionCache;

  constructor(
    { queueLimit, cacheSize }: Pick<EmbeddingConfig, 'queueLimit' | 'cacheSize'>,
    private readonly observer: EmbeddingObserver,
    private readonly embed: EmbedChunks,
    /** Batches that are worked on at a time. */
    private readonly atATime: number,
  ) {
    this.room = new WaitingRoom(queueLimit, (chunks) => observer.waiting(chunks));
    this.questions = new QuestionCache(cacheSize, (hit) => observer.cache(hit));
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
    return this.room.admit('document', texts, () => this.embed('document', texts));
  }

  embedQuery(text: string): Promise<Float32Array> {
    return this.questions.get(text, () => this.room.admit('question', [text], () => this.embedWhole(text)));
  }

  /** To be called after each batch: the waiting room tells callers when to come back by it. */
  batchDone(report: BatchReport): void {
    this.room.paceIs(report.seconds / report.chunks / this.atATime);
    this.observer.batch(report);
  }

  private async embedWhole(text: string): Promise<Float32Array> {
    const [chunks] = await this.embed('question', [text]);
    return chunks!.length === 1 ? chunks![0]! : unitMeanOf(chunks!);
  }
}
