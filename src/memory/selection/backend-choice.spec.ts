import type { AppConfig } from '../../config/app-config';
import { chooseBackend } from './backend-choice';

const DATABASE = { poolSize: 1, connectTimeoutMs: 1, statementTimeoutMs: 1, exactUpTo: 1, migrations: true };

function configOf(
  backend: AppConfig['memory']['backend'],
  url?: string,
): Parameters<typeof chooseBackend>[0] {
  return { memory: { backend, textSearchLanguage: 'english' }, database: { ...DATABASE, url } };
}

const fit = () => Promise.resolve(undefined);
const unfit = () => Promise.resolve(new Error('PostgreSQL 13 is too old.'));
const neverAsked = () => Promise.reject(new Error('asked'));
const SERVER = 'postgresql://db/wisdom';

describe('chooseBackend', () => {
  it.each([
    ['takes a server that can be used', configOf('auto', SERVER), fit, ['postgresql', false, null]],
    ['falls back from one that cannot', configOf('auto', SERVER), unfit, ['chromadb', true, /13 is too old/]],
    ['takes ChromaDB without a server', configOf('auto'), neverAsked, ['chromadb', false, /not set/]],
    ['obeys for PostgreSQL', configOf('postgresql', SERVER), neverAsked, ['postgresql', false, null]],
    ['obeys for ChromaDB', configOf('chromadb', SERVER), neverAsked, ['chromadb', false, null]],
    ['tells of an embedded one', configOf('auto', 'pglite:x'), fit, ['postgresql', false, /one process/]],
  ] as const)('%s', async (_name, config, unfitness, [backend, fallback, reason]) => {
    expect(await chooseBackend(config, unfitness)).toEqual({
      backend,
      fallback,
      reason: reason && expect.stringMatching(reason),
    });
  });
});
