import type { ChromaConfig } from '../../config/app-config';
import { Clock } from '../memory-backend';
import { ChromaMemoryRepository } from './chroma-memory.repository';
import { ChromaServer, ChromaServerLog } from './chroma-server';
import { RemoteChroma } from './remote-chroma';

/**
 * Up to so many vectors of a user are all compared, and kept in memory for it. 50,000 take 105 MB and 27 ms on one core,
 * which no request waits for longer than 5 ms in one go; beyond, the server's approximate index is faster.
 */
const MOST_VECTORS = 50_000;

/** For the indexes of all users in use. */
const MOST_INDEX_BYTES = 256 * 1024 * 1024;

/** The backend that the configuration asks for: on a running server, or on a local one. Not connected yet. */
export function openChroma(config: ChromaConfig, clock: Clock, log: ChromaServerLog): ChromaMemoryRepository {
  const { url, path, command } = config;
  const options = { mostVectors: MOST_VECTORS, mostBytes: MOST_INDEX_BYTES };
  if (url !== undefined)
    return new ChromaMemoryRepository(new RemoteChroma({ ...config, url }), clock, {
      ...options,
      shared: true,
    });
  const server = new ChromaServer({ directory: path, command, log });
  return new ChromaMemoryRepository(server, clock, { ...options, shared: false });
}
