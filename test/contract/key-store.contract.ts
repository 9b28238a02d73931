import { randomBytes } from 'node:crypto';
import { NewAccessKey, User } from '../../src/auth/account';
import { UserExistsError, UserNotFoundError } from '../../src/auth/auth.errors';
import { KeyStore } from '../../src/auth/key-store';

/** A store over an empty place. */
export interface KeyStoreUnderTest {
  readonly store: KeyStore;
  /** Another process's, over the same place. */
  readonly other: KeyStore;
  /** Closes both, and removes the place. */
  close(): Promise<void>;
}

const NOON = new Date('2026-03-01T12:00:00.000Z');
const LATER = new Date('2026-03-01T12:34:56.789Z');

/** Proves every promise of `KeyStore` on one adapter. */
export function describeKeyStore(name: string, setup: () => Promise<KeyStoreUnderTest>): void {
  jest.setTimeout(60_000);

  describe(`the key store ${name}`, () => {
    let under: KeyStoreUnderTest | undefined;
    let store: KeyStore;
    let other: KeyStore;
    let users = 100;
    beforeAll(async () => {
      under = await setup();
      ({ store, other } = under);
    });
    afterAll(() => under?.close());

    function newUser(): User {
      const id = users++;
      return { id, name: `Ana ${id}`, createdAt: NOON };
    }

    function newKey(userId: number, changes: Partial<NewAccessKey> = {}): NewAccessKey {
      return {
        prefix: randomBytes(6).toString('hex'),
        hash: randomBytes(32),
        name: 'laptop',
        userId,
        project: null,
        scopes: ['read', 'write'],
        createdAt: NOON,
        expiresAt: null,
        ...changes,
      };
    }

    async function keyOf(user: User, changes: Partial<NewAccessKey> = {}) {
      return store.createKey(newKey(user.id, changes));
    }

    describe('users', () => {
      it('are listed by id, as they were created', async () => {
        const [first, second] = [newUser(), newUser()];
        expect(await store.createUser(second)).toEqual(second);
        expect(await store.createUser(first)).toEqual(first);
        const listed = (await store.listUsers()).filter(({ id }) => [first.id, second.id].includes(id));
        expect(listed).toEqual([first, second]);
      });

      it('have ids and names of their own', async () => {
        const user = await store.createUser(newUser());
        await expect(store.createUser({ ...newUser(), name: user.name })).rejects.toThrow(UserExistsError);
        await expect(store.createUser({ ...newUser(), id: user.id })).rejects.toThrow(UserExistsError);
        expect((await store.listUsers()).filter(({ id }) => id === user.id)).toEqual([user]);
      });

      it('may have any name, and the largest id', async () => {
        const user = { id: Number.MAX_SAFE_INTEGER, name: `Łucja "ß" 'x'; -- 😀`, createdAt: NOON };
        await store.createUser(user);
        expect((await store.listUsers()).at(-1)).toEqual(user);
      });

      it('are created once, however many try at once', async () => {
        const user = newUser();
        const tries = await Promise.allSettled(
          [store, other, store, other].map((either) => either.createUser(user)),
        );
        expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const attempt of tries)
          if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(UserExistsError);
      });
    });

    describe('keys', () => {
      it('are found by prefix as they were created, by every process', async () => {
        const user = await store.createUser(newUser());
        const project = 'Kitchen "garden"; ß 😀';
        const given = newKey(user.id, { project, scopes: ['admin'], expiresAt: LATER, name: "Ana's" });
        const key = await store.createKey(given);
        expect(key).toEqual({ ...given, lastUsedAt: null, revokedAt: null });
        expect(await store.findKey(key.prefix)).toEqual(key);
        expect(await other.findKey(key.prefix)).toEqual(key);
      });

      it('are not found by another prefix', async () => {
        const { prefix } = await keyOf(await store.createUser(newUser()));
        for (const wrong of ['', prefix.slice(1), `${prefix}0`, prefix.toUpperCase(), '%', "' or true --"])
          expect(await store.findKey(wrong)).toBeUndefined();
      });

      it('take a user that is there', async () => {
        await expect(store.createKey(newKey(newUser().id))).rejects.toThrow(UserNotFoundError);
      });

      it('are listed by the moment of creation, of one user or of all', async () => {
        const user = await store.createUser(newUser());
        const later = await keyOf(user, { createdAt: LATER });
        const earlier = await keyOf(user);
        const others = await keyOf(await store.createUser(newUser()));
        expect(await store.listKeys(user.id)).toEqual([earlier, later]);
        expect(await store.listKeys()).toEqual(expect.arrayContaining([earlier, later, others]));
        expect(await store.listKeys(newUser().id)).toEqual([]);
      });

      it('are revoked for good, in the eyes of every process at once', async () => {
        const key = await keyOf(await store.createUser(newUser()));
        expect(await other.findKey(key.prefix)).toEqual(key);
        const revoked = { ...key, revokedAt: NOON };
        expect(await store.revokeKey(key.prefix, NOON)).toEqual(revoked);
        expect(await store.revokeKey(key.prefix, LATER)).toEqual(revoked);
        expect(await other.findKey(key.prefix)).toEqual(revoked);
        expect(await store.revokeKey('nobodys00000', NOON)).toBeUndefined();
      });

      it('know when they were used last, whatever the order in which that is told', async () => {
        const user = await store.createUser(newUser());
        const [used, unused] = [await keyOf(user), await keyOf(user)];
        await store.noteUses(new Map([['nobodys00000', NOON]]));
        await store.noteUses(new Map([[used.prefix, LATER]]));
        await other.noteUses(new Map([[used.prefix, NOON]]));
        expect(await store.findKey(used.prefix)).toEqual({ ...used, lastUsedAt: LATER });
        expect(await store.findKey(unused.prefix)).toEqual(unused);
        await store.noteUses(new Map());
      });

      it('are all kept when processes write at once', async () => {
        const user = await store.createUser(newUser());
        const keys = await Promise.all(
          Array.from({ length: 12 }, (_, i) => (i % 2 ? store : other).createKey(newKey(user.id))),
        );
        await Promise.all([
          store.revokeKey(keys[0]!.prefix, NOON),
          other.noteUses(new Map([[keys[0]!.prefix, LATER]])),
        ]);
        expect(await store.listKeys(user.id)).toHaveLength(12);
        expect(await store.findKey(keys[0]!.prefix)).toMatchObject({ revokedAt: NOON, lastUsedAt: LATER });
      });
    });

    it('removes a user with every key, and nobody else', async () => {
      const [leaves, stays] = [await store.createUser(newUser()), await store.createUser(newUser())];
      const [gone, kept] = [await keyOf(leaves), await keyOf(stays)];
      expect(await store.deleteUser(leaves.id)).toBe(true);
      expect(await store.deleteUser(leaves.id)).toBe(false);
      expect(await other.findKey(gone.prefix)).toBeUndefined();
      expect(await other.findKey(kept.prefix)).toEqual(kept);
      expect((await store.listUsers()).map(({ id }) => id)).not.toContain(leaves.id);
      expect(await store.createUser(leaves)).toEqual(leaves);
    });
  });
}
