import { VERSION } from '../common/version';
import type { EmbeddingModel } from '../embedding/embedder';
import type { BackendState } from '../memory/backend-state';
import type { BackendName } from '../memory/memory-backend';

/** The few lines that tell whoever started the service where it is and what it runs on. */
export function startReport(service: {
  readonly url: string;
  readonly backend: BackendName;
  readonly state: BackendState;
  readonly model: EmbeddingModel;
  /** Since the process began. */
  readonly seconds: number;
}): string[] {
  const { url, backend, state, model, seconds } = service;
  return [
    `Wisdom Memory ${VERSION} listens at ${url}, ready after ${seconds.toFixed(1)} s`,
    `Documentation of the API: ${url}/docs`,
    `Backend: ${backend}${state.reason === null ? '' : `. ${state.reason}`}`,
    `Model: ${model.name}, ${model.dimension} dimensions`,
  ];
}
