import { setTimeout as delay } from 'node:timers/promises';
import { FileKeyStore } from '../auth/file-key-store';
import type { KeyStore } from '../auth/key-store';
import { REVOKED_EVERYWHERE_MS } from '../auth/key-cache';
import { StartupError } from '../common/startup.error';
import type { AppConfig } from '../config/app-config';
import { SHIPPED_DIMENSION } from '../embedding/shipped-model';
import { ChromaSurroundings, openChroma } from './chroma/open-chroma';
import { PendingPlace } from './chroma/pending-place';

/** The service looks every second; it may have a large index to load first. */
const LONGEST_WAIT_MS = 30_000;

const POLL_MS = 200;

export interface RemovalParts {
  readonly config: AppConfig;
  readonly store: KeyStore;
  /** For whoever waits. */
  readonly say: (message: string) => void;
}

/**
 * Removes a user from the store of users and from every place that keeps memories, while services may be at work on them.
 * Broken off, it can be repeated.
 *
 * @throws StartupError where something cannot be reached; what is left then.
 */
export async function removeUser(parts: RemovalParts, userId: number): Promise<void> {
  const { store, config } = parts;
  await revokeKeys(parts, userId);
  if (store instanceof FileKeyStore) {
    await store.requestRemoval(userId);
    await removeFromChroma(parts, store, userId);
    return;
  }
  await store.deleteUser(userId);
  // What was stored while PostgreSQL could not be used.
  if (new PendingPlace(config, surroundings(config)).mayHaveAny) await deleteFromChroma(config, userId);
}

/** Whatever is stored by a key of theirs is stored before anything is removed. */
async function revokeKeys({ store, say }: RemovalParts, userId: number): Promise<void> {
  const now = new Date();
  const good = (await store.listKeys(userId)).filter(({ revokedAt }) => revokedAt === null);
  for (const { prefix } of good) await store.revokeKey(prefix, now);
  if (good.length === 0) return;
  say(
    `Keys revoked: ${good.length}. Waiting ${REVOKED_EVERYWHERE_MS / 1000} s, until nobody takes them any more.`,
  );
  await delay(REVOKED_EVERYWHERE_MS);
}

/** A local directory is open in one process at a time: where that is the service, it does the work. */
async function removeFromChroma(
  { config, say }: RemovalParts,
  store: FileKeyStore,
  userId: number,
): Promise<void> {
  try {
    await deleteFromChroma(config, userId);
    await store.completeRemoval(userId);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    say('ChromaDB is in use. Waiting for the service that uses it to remove the memories.');
    if (await isRemoved(store, userId)) return;
    throw new StartupError(
      `The keys of user ${userId} are gone, their memories are not yet. A service with this KEYS_FILE removes them as ` +
        `soon as it runs. ${error.message}`,
      { cause: error },
    );
  }
}

async function isRemoved(store: FileKeyStore, userId: number): Promise<boolean> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while ((await store.listRemovals()).includes(userId)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function deleteFromChroma(config: AppConfig, userId: number): Promise<void> {
  const chroma = openChroma(config, surroundings(config));
  try {
    await chroma.connect();
    await chroma.deleteUser(userId);
  } finally {
    await chroma.close();
  }
}

function surroundings({ embedding }: AppConfig): ChromaSurroundings {
  const silent = () => undefined;
  return {
    clock: { now: () => new Date() },
    log: { debug: silent, log: silent, warn: silent },
    dimension: () => embedding.dimensions ?? SHIPPED_DIMENSION,
  };
}
