import { StartupError } from '../../common/startup.error';
import { BackendUnavailableError } from '../memory.errors';
import { Adoption, AdoptionLog, AdoptionOptions, Brought } from './adoption/adoption';
import { readAdoptionRecord } from './adoption/adoption-record';
import { ADOPT_COMMAND, adoptionRemark } from './adoption/adoption-remark';
import { AdoptionTarget } from './adoption/adoption-target';
import { ChromaEndpoint, ConnectionProblem, PlannedWrite } from './chroma-endpoint';
import { ChromaMemoryRepository } from './chroma-memory.repository';
import { ChromaServer, ChromaServerLog, RECORDS_PER_SYNC } from './server/chroma-server';
import { servedDirectory } from './adoption/existing-directory';
import { claimDirectory } from './server/owned-directory';
import { TenantsOptions } from './tenant/tenants';

export interface LocalChromaOptions extends Omit<AdoptionOptions, 'log'> {
  /** `CHROMA_PATH`, absolute: a directory of ours, none yet, or one of the original. */
  readonly path: string;
  readonly command?: string;
  readonly tenants: TenantsOptions;
  readonly log: ChromaServerLog & AdoptionLog;
  /** Brings what was written to the original since it was copied, instead of only saying so. */
  readonly bringLater?: boolean;
}

/**
 * The local ChromaDB server over what `CHROMA_PATH` stands for. A directory of the original is copied before it is served;
 * that is the one place where it is decided which directory is opened.
 */
export class LocalChroma implements ChromaEndpoint {
  readonly headers = {};
  readonly tenant = 'default_tenant';
  readonly database = 'default_database';
  readonly recordsPerSync = RECORDS_PER_SYNC;
  remark?: string;
  /** Whether there is an original; known once it is started. */
  isCopy = false;
  /** What was brought from the original at this start. */
  brought?: Brought;
  private server?: ChromaServer;

  constructor(private readonly options: LocalChromaOptions) {}

  async start(): Promise<void> {
    const { path, command, log } = this.options;
    const { directory, source } = servedDirectory(path);
    this.server = new ChromaServer({ directory, command, log });
    let growth: string | undefined;
    if (source === null) {
      refuseUnfinishedCopy(directory);
      await this.server.start();
    } else {
      this.isCopy = true;
      growth = await this.startOnCopy(new Adoption(source, directory, this.options), directory);
    }
    this.remark = adoptionRemark(directory, growth);
    if (growth) log.warn(growth);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  url(): Promise<string> {
    return this.started().url();
  }

  recover(failed: string, problem: ConnectionProblem): Promise<string> {
    return this.started().recover(failed, problem);
  }

  prepareWrite(write: PlannedWrite): Promise<void> {
    return this.started().prepareWrite(write);
  }

  forgetRemoved(): Promise<void> {
    return this.started().forgetRemoved();
  }

  /**
   * The original is opened first: where that fails and it is needed, nothing is made.
   *
   * @returns what to say about writes to the original since it was copied.
   */
  private async startOnCopy(adoption: Adoption, directory: string): Promise<string | undefined> {
    const server = this.started();
    if (adoption.isComplete && !this.options.bringLater) {
      await server.start();
      return growthOf(adoption);
    }
    const original = adoption.openOriginal();
    try {
      claimDirectory(directory);
      adoption.begin(original);
      await server.start();
      const target = this.targetOn(server);
      // Another process may have completed it before this one got hold of the directory.
      if (!adoption.isComplete) await adoption.complete(original, target);
      else if (this.options.bringLater) this.brought = await adoption.bringLater(original, target);
    } finally {
      original.close();
    }
    return undefined;
  }

  private targetOn(server: ChromaServer): AdoptionTarget {
    const { clock, tenants } = this.options;
    return new AdoptionTarget(server, new ChromaMemoryRepository(server, clock, tenants));
  }

  private started(): ChromaServer {
    if (this.server) return this.server;
    throw new BackendUnavailableError('The ChromaDB server has not been started.');
  }
}

/** Whoever removed the original, or names the copy itself, before it was complete. */
function refuseUnfinishedCopy(directory: string): void {
  const record = readAdoptionRecord(directory);
  if (record === undefined || record.state === 'complete') return;
  throw new StartupError(
    `${directory} is an unfinished copy of ${record.source}: set CHROMA_PATH to ${record.source} to finish it. If that is ` +
      'gone for good, remove the copy.',
  );
}

/** What to say about an original that was written to since it was copied; undefined where it was not. */
function growthOf(adoption: Adoption): string | undefined {
  try {
    const original = adoption.openOriginal();
    const hasGrown = adoption.hasGrown(original);
    original.close();
    return hasGrown
      ? `The original was written to since it was copied: stop the service and run "${ADOPT_COMMAND}" to bring the rest.`
      : undefined;
  } catch (error) {
    return `Whether the original was written to since it was copied cannot be told: ${(error as Error).message}`;
  }
}
