import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromaClient } from 'chromadb';
import { ChromaProcess } from '../src/memory/chroma/server/chroma-process';
import { exchange } from './exchange';
import { inPartsOf } from './measure';

const RECORDS_AT_ONCE = 1_000;

/** A ChromaDB server with one collection of vectors and nothing else: the least that its own query takes. */
export class BareCollection {
  private constructor(
    private readonly directory: string,
    private readonly server: ChromaProcess,
    private readonly query: string,
  ) {}

  static async start(vectors: readonly Float32Array[]): Promise<BareCollection> {
    const directory = mkdtempSync(join(tmpdir(), 'bare-collection-'));
    const server = await ChromaProcess.start({
      directory,
      onOutput: () => undefined,
      onRestored: () => undefined,
      signal: new AbortController().signal,
    });
    const { hostname: host, port } = new URL(server.url);
    const collection = await new ChromaClient({ host, port: Number(port) }).createCollection({
      name: 'bare',
      configuration: { hnsw: { space: 'cosine' } },
      embeddingFunction: { generate: () => Promise.reject(new Error('Vectors are given.')) },
    });
    for (const [n, part] of inPartsOf(RECORDS_AT_ONCE, vectors).entries())
      await collection.add({
        ids: part.map((_, i) => `${n} ${i}`),
        embeddings: part.map((vector) => Array.from(vector)),
      });
    const collections = `${server.url}/api/v2/tenants/default_tenant/databases/default_database/collections`;
    return new BareCollection(directory, server, `${collections}/${collection.id}/query`);
  }

  /** @returns the ids of the ten nearest, or nearly nearest: ChromaDB's index is approximate. */
  async nearest(vector: Float32Array): Promise<string[]> {
    const asked = { query_embeddings: [Array.from(vector)], n_results: 10, include: ['distances'] };
    const headers = { 'content-type': 'application/json' };
    const { status, text } = await exchange(this.query, 'POST', headers, JSON.stringify(asked));
    if (status !== 200) throw new Error(`ChromaDB answered ${status}: ${text}`);
    return (JSON.parse(text) as { ids: [string[]] }).ids[0];
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true });
  }
}
