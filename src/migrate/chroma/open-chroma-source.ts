import type { AppConfig } from '../../config/app-config';
import { servedDirectory } from '../../memory/chroma/adoption/existing-directory';
import type { JsonObject } from '../../memory/memory';
import type { MigrationSource } from '../migration-source';
import type { CollectionChoice } from './chosen-collections';
import { DirectorySource } from './directory-source';
import { ServerSource } from './server-source';

/** Which ChromaDB, and what of it: kept with the run. */
export interface ChromaSourceOptions extends JsonObject {
  readonly place: DirectoryPlace | ServerPlace;
  readonly choice: CollectionChoice;
  /** Reads although others may be writing. */
  readonly allowLive: boolean;
}

export interface DirectoryPlace extends JsonObject {
  /** Absolute. */
  readonly path: string;
}

export interface ServerPlace extends JsonObject {
  readonly url: string;
  readonly tenant: string;
  readonly database: string;
}

/** Where the service keeps its memories when it uses ChromaDB. */
export function configuredPlace({ chroma }: Pick<AppConfig, 'chroma'>): DirectoryPlace | ServerPlace {
  const { url } = chroma;
  return url === undefined ? { path: servedDirectory(chroma.path).directory } : serverPlace(url, { chroma });
}

export function serverPlace(url: string, { chroma }: Pick<AppConfig, 'chroma'>): ServerPlace {
  const { origin } = new URL(url);
  return { url: origin, tenant: chroma.tenant, database: chroma.database };
}

/** `MigrationSource.identity` of a place; nothing is opened. */
export function chromaIdentity({ place }: ChromaSourceOptions): string {
  return isDirectory(place) ? DirectorySource.identityOf(place.path) : ServerSource.identityOf(place);
}

/** @throws ChromaDirectoryError, StartupError, BackendUnavailableError or UsageError. */
export function openChromaSource(
  { place, choice, allowLive }: ChromaSourceOptions,
  { chroma, limits }: Pick<AppConfig, 'chroma' | 'limits'>,
): Promise<MigrationSource> {
  if (isDirectory(place)) return DirectorySource.open({ path: place.path, choice, allowLive, limits });
  // The key is not kept with the run.
  const server = { ...place, apiKey: chroma.apiKey };
  return ServerSource.open({ server, choice, allowLive, limits });
}

function isDirectory(place: DirectoryPlace | ServerPlace): place is DirectoryPlace {
  return 'path' in place;
}
