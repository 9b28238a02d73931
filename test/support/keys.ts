import { hashOf, newKeyText } from '../../src/auth/access-key-text';
import type { NewAccessKey } from '../../src/auth/account';
import type { KeyStore } from '../../src/auth/key-store';

const CREATED = new Date('2026-01-01T00:00:00.000Z');

/** Makes a user who may have keys. */
export async function addUser(store: KeyStore, id: number): Promise<void> {
  await store.createUser({ id, name: `tenant ${id}`, createdAt: CREATED });
}

/** Makes a key, and gives what its owner would be shown. All that a key can do, unless it says less. */
export async function addKey(
  store: KeyStore,
  userId: number,
  changes: Partial<NewAccessKey> = {},
): Promise<string> {
  const { prefix, text } = newKeyText();
  await store.createKey({
    ...{
      prefix,
      hash: hashOf(text),
      name: 'test',
      userId,
      project: null,
      scopes: ['read', 'write', 'admin'],
    },
    ...{ createdAt: CREATED, expiresAt: null },
    ...changes,
  });
  return text;
}
