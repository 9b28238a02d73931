import { MOST_SPEAKERS } from '../../memory-backend';
import { SqlParameters, timestampText } from '../sql-parameters';
import { rowsOfKept, TenantContext } from '../tenant-context';

/**
 * The speakers whose names begin with one of these words. The index gives the names of a tenant in order: each next one is looked up, so
 * that a speaker of a hundred thousand memories costs no more than another. What a word begins is followed by a space, behind
 * which comes an exclamation mark in code point order; these bounds are made here, because `||` is not leakproof, so that under
 * row-level security the index would not be asked for it.
 */
export async function findSpeakers(tenant: TenantContext, firstWords: readonly string[]): Promise<string[]> {
  const words = firstWords.filter((word) => !word.includes('\0'));
  if (words.length === 0) return [];
  const parameters = new SqlParameters();
  const user = parameters.add(tenant.userId, 'bigint');
  const now = parameters.add(timestampText(tenant.now), 'timestamptz');
  const texts = (values: readonly string[]) => parameters.add([...values], 'text[]');
  const next = (condition: string) => `
    select memory.speaker from wisdom_memory.memories as memory
    where memory.user_id = ${user} and ${condition} and (memory.expires_at is null or memory.expires_at > ${now})
    order by memory.speaker limit 1`;
  const rows = await rowsOfKept<{ speaker: string }>(
    tenant,
    `with recursive words(word, low, high) as (
       select distinct word collate "C", low collate "C", high collate "C"
       from unnest(${texts(words)}, ${texts(words.map((word) => `${word} `))}, ${texts(words.map((word) => `${word}!`))}) as given(word, low, high)
     ), names(speaker, high, place) as (
       select first.speaker, words.high, 1
       from words, lateral (${next('memory.speaker >= words.low and memory.speaker < words.high')}) as first
       union all
       select following.speaker, names.high, names.place + 1
       from names, lateral (${next('memory.speaker > names.speaker and memory.speaker < names.high')}) as following
       where names.place < ${MOST_SPEAKERS}
     )
     select speaker from names
     union
     select speaker from words, lateral (${next('memory.speaker = words.word')}) as same
     order by speaker limit ${MOST_SPEAKERS}`,
    parameters.values,
  );
  return rows.map(({ speaker }) => speaker);
}
