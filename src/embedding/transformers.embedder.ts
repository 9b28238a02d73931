import { join } from 'node:path';
import type { EmbeddingConfig } from '../config/app-config';
import { Embedder, EmbeddingModel } from './embedder';
import { EmbeddingIntake } from './embedding-intake';
import { EmbeddingObserver, UNOBSERVED } from './embedding-observer';
import { EmbeddingModelError, EmbeddingUnavailableError } from './embedding.errors';
import { checkGoldenVectors } from './golden-vectors';
import { localModelDescription } from './local-model-description';
import { checkModelFiles } from './model-files';
import { ModelWorker, ModelWorkerEvents } from './model-worker';

export type TransformersEmbedderOptions = Pick<
  EmbeddingConfig,
  'model' | 'modelsPath' | 'threads' | 'queueLimit' | 'cacheSize' | 'dimensions'
>;

/** Runs a sentence-transformers model with mean pooling in a thread of this process, offline. */
export class TransformersEmbedder implements Embedder {
  private readonly intake: EmbeddingIntake;
  private worker?: ModelWorker;
  private proven?: EmbeddingModel;

  constructor(
    private readonly options: TransformersEmbedderOptions,
    observer: EmbeddingObserver = UNOBSERVED,
    private readonly warn: (message: string) => void = () => undefined,
  ) {
    this.intake = new EmbeddingIntake(options, observer, (lane, texts) => this.running.embed(lane, texts));
  }

  get model(): EmbeddingModel {
    if (!this.proven) throw new EmbeddingUnavailableError('the model is not loaded yet.');
    return this.proven;
  }

  async start(): Promise<void> {
    const { model: name, modelsPath, threads } = this.options;
    const directory = join(modelsPath, name);
    const weights = await checkModelFiles(directory);
    this.worker = new ModelWorker({ modelsPath, model: name, weights, threads }, this.events());
    const worker = this.worker;
    try {
      const dimension = await load(worker, directory);
      this.checkDimension(dimension);
      await checkGoldenVectors(directory, (texts) => worker.embed('document', texts));
      this.proven = localModelDescription(name, dimension, weights);
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  async stop(patienceMs?: number): Promise<void> {
    await this.worker?.stop(patienceMs);
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
    return this.intake.embedTexts(texts);
  }

  embedQuery(text: string): Promise<Float32Array> {
    return this.intake.embedQuery(text);
  }

  async countTokens(texts: readonly string[]): Promise<number[]> {
    return this.running.count(texts);
  }

  private get running(): ModelWorker {
    if (!this.worker || !this.proven) throw new EmbeddingUnavailableError('the model is not loaded yet.');
    return this.worker;
  }

  private checkDimension(dimension: number): void {
    const { dimensions: wanted, model } = this.options;
    if (wanted !== undefined && wanted !== dimension)
      throw new EmbeddingModelError(
        `The model ${model} gives vectors of ${dimension} numbers, but EMBEDDING_DIMENSIONS is ${wanted}. ` +
          'Leave that variable out, or set EMBEDDING_MODEL to the model that is meant.',
      );
  }

  private events(): ModelWorkerEvents {
    return {
      batch: (report) => this.intake.batchDone(report),
      ended: ({ message }) => this.warn(`The model's thread ended (${message}); starting it again`),
      notRestarted: ({ message }) => this.warn(`The model cannot be loaded again: ${message}`),
    };
  }
}

async function load(worker: ModelWorker, directory: string): Promise<number> {
  try {
    return await worker.start();
  } catch (cause) {
    throw new EmbeddingModelError(
      `The model in ${directory} cannot be loaded: ${(cause as Error).message}. It must be an ONNX export of a ` +
        'sentence-transformers model, and the dependencies must be installed for this machine (npm ci).',
      { cause },
    );
  }
}
