import { Api, withService } from './api';
import type { Benchmark } from './benchmark';
import { alternate, each, inPartsOf, rateOf } from './measure';
import { realTexts } from './texts';

const ROUNDS = 3;
/** Memories and searches of one round: the original takes its time for each. */
const A_ROUND = 50;
const CONCURRENCIES = [1, 8];

export const original: Benchmark = {
  about: 'store and search beside a running original, both by the calls that it has, in turns',
  run: async ({ locomo, url }) => {
    if (url === undefined) throw new Error('original: give the address of a running one, --url URL.');
    const texts = realTexts(WORKS.length * CONCURRENCIES.length * (ROUNDS + 1) * A_ROUND, locomo);
    const rounds = inPartsOf(A_ROUND, texts);
    return withService(undefined, {}, async (ours) => {
      const theirs = new Api(url);
      for (const api of [ours, theirs]) await api.post('initialize', {});
      const rows = [];
      for (const concurrency of CONCURRENCIES)
        for (const [what, work] of WORKS) {
          const fresh = rounds.splice(0, ROUNDS + 1);
          rows.push({
            what: `${what}, ${concurrency} at a time`,
            unit: 'a second',
            ...(await alternate(
              ROUNDS,
              rounder(ours, fresh, concurrency, work),
              rounder(theirs, fresh, concurrency, work),
            )),
            goal: 'ratio >= 10',
          });
        }
      return rows;
    });
  },
};

type Work = (api: Api, text: string) => Promise<unknown>;

const WORKS: readonly (readonly [what: string, work: Work])[] = [
  ['stored', (api, content) => api.post('store', { content, session_id: 1 })],
  ['searched', (api, query) => api.post('search', { query, n_results: 10 })],
];

/** A round with texts that this service was not given before, the same in the same order for each. */
function rounder(api: Api, rounds: readonly (readonly string[])[], concurrency: number, work: Work) {
  const coming = rounds.values();
  return () => {
    const texts = coming.next().value!;
    return rateOf(texts.length, () => each(texts, concurrency, (text) => work(api, text)));
  };
}
