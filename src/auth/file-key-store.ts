import type { AccessKey, NewAccessKey, User } from './account';
import { UserExistsError, UserNotFoundError } from './auth.errors';
import type { KeyStore } from './key-store';
import type { KeysDocument } from './keys-document';
import { KeysFile } from './keys-file';

/** Users and keys in a file, for services without PostgreSQL. */
export class FileKeyStore implements KeyStore {
  private readonly file: KeysFile;

  constructor(path: string) {
    this.file = new KeysFile(path);
  }

  async close(): Promise<void> {}

  async findKey(prefix: string): Promise<AccessKey | undefined> {
    const { keys } = await this.file.current();
    return keys.find((key) => key.prefix === prefix);
  }

  noteUses(uses: ReadonlyMap<string, Date>): Promise<void> {
    return this.file.update((document) => {
      const later = ({ prefix, lastUsedAt }: AccessKey) => {
        const used = uses.get(prefix);
        return used !== undefined && (lastUsedAt === null || used > lastUsedAt) ? used : undefined;
      };
      if (!document.keys.some(later)) return { document, result: undefined };
      const keys = document.keys.map((key) => ({ ...key, lastUsedAt: later(key) ?? key.lastUsedAt }));
      return { document: { ...document, keys }, result: undefined };
    });
  }

  async listUsers(): Promise<User[]> {
    const { users } = await this.file.current();
    return [...users].sort((a, b) => a.id - b.id);
  }

  createUser(user: User): Promise<User> {
    return this.file.update((document) => {
      const { users, leaving } = document;
      if (users.some(({ id }) => id === user.id)) throw UserExistsError.ofId(user.id);
      if (users.some(({ name }) => name === user.name)) throw UserExistsError.ofName(user.name);
      if (leaving.includes(user.id)) throw UserExistsError.leaving(user.id);
      return { document: { ...document, users: [...users, user] }, result: user };
    });
  }

  async listKeys(userId?: number): Promise<AccessKey[]> {
    const { keys } = await this.file.current();
    return keys
      .filter((key) => userId === undefined || key.userId === userId)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  createKey(key: NewAccessKey): Promise<AccessKey> {
    return this.file.update((document) => {
      if (!document.users.some(({ id }) => id === key.userId)) throw new UserNotFoundError(key.userId);
      const result: AccessKey = { ...key, lastUsedAt: null, revokedAt: null };
      return { document: { ...document, keys: [...document.keys, result] }, result };
    });
  }

  revokeKey(prefix: string, at: Date): Promise<AccessKey | undefined> {
    return this.file.update<AccessKey | undefined>((document) => {
      const key = document.keys.find((candidate) => candidate.prefix === prefix);
      if (!key || key.revokedAt !== null) return { document, result: key };
      const result = { ...key, revokedAt: at };
      const keys = document.keys.map((candidate) => (candidate === key ? result : candidate));
      return { document: { ...document, keys }, result };
    });
  }

  deleteUser(id: number): Promise<boolean> {
    return this.file.update((document) => ({
      document: without(document, id),
      result: document.users.some((user) => user.id === id),
    }));
  }

  /** Removes a user and their keys, and notes that their memories are to be removed by whoever has the store open. */
  requestRemoval(id: number): Promise<void> {
    return this.file.update((document) => {
      const leaving = [...document.leaving.filter((other) => other !== id), id];
      return { document: { ...without(document, id), leaving }, result: undefined };
    });
  }

  /** Users whose memories are still to be removed. */
  async listRemovals(): Promise<readonly number[]> {
    return (await this.file.current()).leaving;
  }

  /** Notes that the memories of a user were removed. */
  completeRemoval(id: number): Promise<void> {
    return this.file.update((document) => {
      const leaving = document.leaving.filter((other) => other !== id);
      return {
        document: leaving.length === document.leaving.length ? document : { ...document, leaving },
        result: undefined,
      };
    });
  }
}

function without(document: KeysDocument, userId: number): KeysDocument {
  return {
    ...document,
    users: document.users.filter(({ id }) => id !== userId),
    keys: document.keys.filter((key) => key.userId !== userId),
  };
}
