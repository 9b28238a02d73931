import { randomUUID } from 'node:crypto';
import { embedded } from '../support/memories';
import { ContractContext } from './contract-context';

const ODD_KEYS = [
  'conv_007',
  'pg_mem_12',
  'a/b/../c',
  '..',
  '%2e%2e%2f',
  '.',
  '#',
  'x#1#2',
  ' leading and trailing ',
  'ünïcödé \u{1f600} 世界',
  'a\u0308',
  'ä',
  `it's "quoted" \\ and \`ticked\``,
  "'; drop table memories; --",
  '{"$gt": ""}',
  '$ne',
  '%',
  '_',
  '*',
  'null',
  'true',
  '0',
  'KEY',
  'key',
  'constructor',
  '__proto__',
  '0123456789abcdef0123456789abcdef',
  '{01234567-89ab-7def-8123-456789abcdef}',
  'urn:uuid:01234567-89ab-7def-8123-456789abcdef',
  '01234567-89ab-7def-8123-456789abcdef#1',
  'x'.repeat(512),
  '\u{1f600}'.repeat(128),
];

export function describeKeys(context: ContractContext): void {
  describe('keys', () => {
    it('finds, revises and deletes by id in any case', async () => {
      const userId = context.newUser();
      const stored = await context.storeOne(userId, embedded());
      const key = stored.id.toUpperCase();
      expect(await context.backend.find(userId, key)).toEqual(stored);
      const revised = await context.backend.update(userId, key, (memory) => ({ ...memory, agentId: 'a' }));
      expect(revised).toMatchObject({ id: stored.id, agentId: 'a' });
      expect(await context.backend.delete(userId, key)).toBe(true);
      expect(await context.backend.count(userId)).toBe(0);
    });

    it('takes every external id for itself and for nothing else', async () => {
      const userId = context.newUser();
      const stored = await context.backend.store(
        userId,
        ODD_KEYS.map((externalId) => embedded({ externalId, content: `keyed ${externalId}` })),
      );
      for (const [i, key] of ODD_KEYS.entries()) {
        expect(await context.backend.find(userId, key)).toEqual(stored[i]);
      }
      for (const key of ODD_KEYS) {
        const revise = { revised: key };
        await context.backend.update(userId, key, (memory) => ({ ...memory, metadata: revise }));
        expect((await context.backend.find(userId, key))?.metadata).toEqual(revise);
      }
      const again = await context.backend.store(
        userId,
        ODD_KEYS.map((externalId) => embedded({ externalId })),
      );
      expect(again.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
      for (const [i, key] of ODD_KEYS.entries()) {
        expect(await context.backend.delete(userId, key)).toBe(true);
        expect(await context.backend.find(userId, key)).toBeUndefined();
        expect(await context.backend.count(userId)).toBe(ODD_KEYS.length - 1 - i);
      }
    });

    it('finds nothing by what is no key of a memory', async () => {
      const userId = context.newUser();
      const { id } = await context.storeOne(userId, embedded({ externalId: 'key' }, undefined));
      const strangers = [
        randomUUID(),
        'other',
        '\u0000',
        'key\u0000',
        'key\ud800',
        '',
        id.slice(1),
        `${id}#1`,
        `${id}#1#1`,
        `#${id}`,
        id.replaceAll('-', ''),
      ];
      for (const key of strangers) {
        expect(await context.backend.find(userId, key)).toBeUndefined();
        expect(await context.backend.update(userId, key, (memory) => memory)).toBeUndefined();
        expect(await context.backend.delete(userId, key)).toBe(false);
      }
      expect(await context.backend.count(userId)).toBe(1);
    });
  });
}
