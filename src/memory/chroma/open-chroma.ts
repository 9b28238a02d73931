import type { AppConfig } from '../../config/app-config';
import { ChromaMemoryRepository } from './chroma-memory.repository';
import { WordAnalysis } from '../../words/word-analysis';
import { LocalChroma, LocalChromaOptions } from './local-chroma';
import { RemoteChroma } from './remote-chroma';
import { TenantsOptions } from './tenant/tenants';

/**
 * Up to so many vectors of a user are all compared, and kept in memory for it. 50,000 take 105 MB, and comparing them
 * 14 to 22 ms of one core, in slices that let other requests through; beyond, the server's approximate index is faster.
 */
const MOST_VECTORS = 50_000;

/** For the indexes of all users in use. */
const MOST_INDEX_BYTES = 256 * 1024 * 1024;

/** What the configuration does not say. */
export type ChromaSurroundings = Pick<
  LocalChromaOptions,
  'clock' | 'log' | 'dimension' | 'allowLive' | 'bringLater'
>;

/**
 * The backend that the configuration asks for: on a running server, or on a local one. Not connected yet.
 *
 * @param options.marksPending whether what is written is to be brought to PostgreSQL later.
 */
export function openChroma(
  config: AppConfig,
  surroundings: ChromaSurroundings,
  { marksPending = false } = {},
): ChromaMemoryRepository {
  const { url } = config.chroma;
  const analysis = new WordAnalysis(config.memory.textSearchLanguage);
  const endpoint =
    url === undefined ? localChroma(config, surroundings) : new RemoteChroma({ ...config.chroma, url });
  const options = { ...tenantsOptions(url !== undefined), marksPending, analysis };
  return new ChromaMemoryRepository(endpoint, surroundings.clock, options);
}

/** The local server that the configuration asks for. Not started yet. */
export function localChroma({ chroma, limits }: AppConfig, surroundings: ChromaSurroundings): LocalChroma {
  const { path, command } = chroma;
  return new LocalChroma({ ...surroundings, path, command, limits, tenants: tenantsOptions(false) });
}

function tenantsOptions(shared: boolean): TenantsOptions {
  return { mostVectors: MOST_VECTORS, mostBytes: MOST_INDEX_BYTES, shared };
}
