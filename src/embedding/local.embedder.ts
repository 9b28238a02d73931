import { join } from 'node:path';
import type { EmbeddingConfig } from '../config/app-config';
import { Embedder, EmbeddingModel } from './embedder';
import { EmbeddingIntake } from './embedding-intake';
import { EmbeddingObserver, UNOBSERVED } from './embedding-observer';
import { EmbeddingModelError, EmbeddingUnavailableError } from './embedding.errors';
import { checkGoldenVectors } from './golden-vectors';
import { localModelDescription } from './local-model-description';
import { checkModelFiles } from './model-files';
import { ModelWorkerEvents } from './model-worker';
import { ModelWorkers } from './model-workers';

export type LocalEmbedderOptions = Pick<
  EmbeddingConfig,
  'model' | 'modelsPath' | 'threads' | 'batchTokens' | 'queueLimit' | 'cacheSize' | 'dimensions'
>;

/** Runs a sentence-transformers model with mean pooling in threads of this process, offline. */
export class LocalEmbedder implements Embedder {
  private readonly intake: EmbeddingIntake;
  private workers?: ModelWorkers;
  private proven?: EmbeddingModel;

  constructor(
    private readonly options: LocalEmbedderOptions,
    observer: EmbeddingObserver = UNOBSERVED,
    private readonly warn: (message: string) => void = () => undefined,
  ) {
    this.intake = new EmbeddingIntake(
      options,
      observer,
      (lane, texts) => this.running.embed(lane, texts),
      options.threads,
    );
  }

  get model(): EmbeddingModel {
    if (!this.proven) throw new EmbeddingUnavailableError('the model is not loaded yet.');
    return this.proven;
  }

  async start(): Promise<void> {
    const { model: name, modelsPath, threads, batchTokens } = this.options;
    const directory = join(modelsPath, name);
    const weights = await checkModelFiles(directory);
    const options = { directory, weightsFile: weights.file, batchTokens };
    const workers = new ModelWorkers(options, threads, this.events());
    this.workers = workers;
    try {
      const dimension = await load(workers, directory);
      this.checkDimension(dimension);
      await checkGoldenVectors(directory, (texts) => workers.embed('document', texts));
      this.proven = localModelDescription(name, dimension, weights);
    } catch (error) {
      await workers.stop();
      throw error;
    }
  }

  async stop(patienceMs?: number): Promise<void> {
    await this.workers?.stop(patienceMs);
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

  private get running(): ModelWorkers {
    if (!this.workers || !this.proven) throw new EmbeddingUnavailableError('the model is not loaded yet.');
    return this.workers;
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

async function load(workers: ModelWorkers, directory: string): Promise<number> {
  try {
    return await workers.start();
  } catch (cause) {
    throw new EmbeddingModelError(
      `The model in ${directory} cannot be loaded: ${(cause as Error).message}. It must be an ONNX export of a ` +
        'sentence-transformers model, and the dependencies must be installed for this machine (npm ci).',
      { cause },
    );
  }
}
