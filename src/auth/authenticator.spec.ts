import { hashOf, newKeyText } from './access-key-text';
import type { AccessKey } from './account';
import { Authenticator } from './authenticator';
import { KeyCache, REMEMBERED_MS, REVOKED_EVERYWHERE_MS } from './key-cache';

/** Where everybody calls from. */
const HERE = '127.0.0.1';

const NOON = new Date('2026-03-01T12:00:00.000Z');

/** A store of one key, behind a cache, and clocks that stand still. */
function setup(changes: Partial<AccessKey> = {}) {
  const { prefix, text } = newKeyText();
  const state = {
    key: {
      ...{ prefix, hash: hashOf(text), name: 'k', userId: 7, project: null, scopes: ['read'] },
      ...{ createdAt: NOON, expiresAt: null, lastUsedAt: null, revokedAt: null },
      ...changes,
    } as AccessKey | undefined,
    asked: 0,
    failure: undefined as Error | undefined,
    now: NOON,
    elapsed: 0,
  };
  const cache = new KeyCache(
    async (wanted) => {
      state.asked++;
      if (state.failure) throw state.failure;
      return wanted === prefix ? state.key : undefined;
    },
    () => state.elapsed,
  );
  const sut = new Authenticator(
    (wanted) => cache.get(wanted),
    () => state.now,
  );
  return { sut, state, text, prefix, header: `Bearer ${text}` };
}

describe('a key', () => {
  it('has a prefix, and 256 bits that nobody keeps', () => {
    const [one, other] = [newKeyText(), newKeyText()];
    expect(one.text).toMatch(/^wm_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    expect(one.text.startsWith(`wm_${one.prefix}_`)).toBe(true);
    expect(one.text).not.toBe(other.text);
    expect(hashOf(one.text)).toHaveLength(32);
    expect(hashOf(one.text)).not.toEqual(hashOf(other.text));
  });
});

describe('Authenticator', () => {
  it('says who calls', async () => {
    const { sut, header, prefix } = setup({ project: 'Home', scopes: ['read', 'admin'] });
    expect(await sut.authenticate(header, HERE)).toEqual({
      ...{ keyPrefix: prefix, userId: 7, project: 'Home', scopes: new Set(['read', 'admin']) },
    });
  });

  it('refuses the prefix of one key with the secret of another', async () => {
    const { sut, text } = setup();
    const other = newKeyText().text;
    await expect(
      sut.authenticate(`Bearer ${text.slice(0, 16)}${other.slice(16)}`, HERE),
    ).rejects.toMatchObject({
      code: 'invalid_key',
    });
  });

  it('takes a key until the moment it expires, however lately it was read', async () => {
    const { sut, state, header } = setup({ expiresAt: new Date(NOON.getTime() + 1000) });
    state.now = new Date(NOON.getTime() + 999);
    expect(await sut.authenticate(header, HERE)).toMatchObject({ userId: 7 });
    state.now = new Date(NOON.getTime() + 1000);
    await expect(sut.authenticate(header, HERE)).rejects.toMatchObject({ code: 'expired_key' });
    expect(state.asked).toBe(1);
  });

  it('tells only whoever holds a key that it was revoked or expired', async () => {
    for (const ended of [{ revokedAt: NOON }, { expiresAt: NOON }]) {
      const { sut, text } = setup(ended);
      const guess = `Bearer ${text.slice(0, 16)}${'A'.repeat(43)}`;
      await expect(sut.authenticate(guess, HERE)).rejects.toMatchObject({ code: 'invalid_key' });
    }
  });

  it('remembers when keys were used, until that is taken away', async () => {
    const { sut, header, prefix } = setup();
    await sut.authenticate(header, HERE);
    await expect(sut.authenticate(`${header.slice(0, -4)}AAAA`, HERE)).rejects.toThrow();
    expect(sut.takeUses()).toEqual(new Map([[prefix, NOON]]));
    expect(sut.takeUses()).toEqual(new Map());
  });
});

describe('KeyCache', () => {
  it('asks once for requests that come together, and again in time for revocation to hold', async () => {
    const { sut, state, header } = setup();
    await Promise.all([sut.authenticate(header, HERE), sut.authenticate(header, HERE)]);
    state.key = { ...state.key!, revokedAt: NOON };
    state.elapsed = REMEMBERED_MS - 1;
    expect(await sut.authenticate(header, HERE)).toMatchObject({ userId: 7 });
    expect(state.asked).toBe(1);
    state.elapsed = REMEMBERED_MS;
    await expect(sut.authenticate(header, HERE)).rejects.toMatchObject({ code: 'revoked_key' });
    expect(REMEMBERED_MS).toBeLessThan(REVOKED_EVERYWHERE_MS);
  });

  it('counts from when a key was asked for, not from when it came', async () => {
    const { state } = setup();
    let answer: (key: AccessKey | undefined) => void = () => undefined;
    const slow = new KeyCache(
      () => new Promise((resolve) => (answer = resolve)),
      () => state.elapsed,
    );
    const first = slow.get('a');
    state.elapsed = REMEMBERED_MS - 1;
    answer(state.key);
    await first;
    state.elapsed = REMEMBERED_MS;
    const second = slow.get('a');
    answer(undefined);
    expect(await second).toBeUndefined();
  });

  it('knows a new key at once, and forgets failures', async () => {
    const { sut, state, header } = setup();
    const { key } = state;
    state.key = undefined;
    await expect(sut.authenticate(header, HERE)).rejects.toMatchObject({ code: 'invalid_key' });
    state.key = key;
    state.failure = new Error('away');
    await expect(sut.authenticate(header, HERE)).rejects.toThrow('away');
    state.failure = undefined;
    expect(await sut.authenticate(header, HERE)).toMatchObject({ userId: 7 });
  });
});
