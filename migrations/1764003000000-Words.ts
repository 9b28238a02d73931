import { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT = `nullif(current_setting('app.user_id', true), '')::bigint`;

/** Run as `wm_definer`; a search path that nobody else can put objects into. */
const DEFINER = `security definer set search_path = pg_catalog, pg_temp`;

const SIGNATURES = [
  'word_scope(smallint, timestamptz, tsquery[], integer)',
  'chunks_with_each(smallint, timestamptz, tsquery[])',
  'chunks_with_words(smallint, tsquery[], bigint[])',
  'chunks_without_words(integer)',
];

/**
 * The words of every chunk, as the service analyses them, and what hybrid search looks up. Of what is there already the words are
 * still unknown (null): the service fills them in while it runs, some at a time, however often it is interrupted.
 */
export class Words1764003000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table wisdom_memory.memory_vectors add column lexemes tsvector`);
    for (const index of INDEXES) await runner.query(index);
    for (const definition of [CHUNKS_WITH_EACH, WORD_SCOPE, CHUNKS_WITH_WORDS, CHUNKS_WITHOUT_WORDS])
      await runner.query(definition);
    // Owning a function in a schema takes CREATE on it, for this moment only.
    await runner.query(`grant create on schema wisdom_memory to wm_definer`);
    for (const signature of SIGNATURES) {
      await runner.query(`revoke all on function wisdom_memory.${signature} from public`);
      await runner.query(`grant execute on function wisdom_memory.${signature} to wm_app`);
      await runner.query(`alter function wisdom_memory.${signature} owner to wm_definer`);
    }
    await runner.query(`revoke create on schema wisdom_memory from wm_definer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES) await runner.query(`drop function wisdom_memory.${signature}`);
    // The indexes go with it.
    await runner.query(`alter table wisdom_memory.memory_vectors drop column lexemes`);
  }
}

const INDEXES = [
  // btree_gin lets user_id in: a word that is common elsewhere costs a tenant nothing.
  `create index memory_vectors_words on wisdom_memory.memory_vectors using gin (user_id, lexemes)`,
  // Those who stand beside a chunk. For statements that say "chunk >= 0" only: a search by a session reads the covering index.
  `create index memory_vectors_session on wisdom_memory.memory_vectors
     (user_id, model_id, session_id, occurred_at, memory_id, chunk) include (expires_at)
   where session_id is not null and chunk >= 0`,
  `create index memory_vectors_without_words on wisdom_memory.memory_vectors (user_id, memory_id) where lexemes is null`,
];

/** In plpgsql, whose statements keep their plans: a function in SQL is planned anew by every call. */
const PLPGSQL = `language plpgsql stable ${DEFINER}`;

/**
 * Of a table that was not analysed yet, as a new one is for some time, the planner thinks that everything of a tenant is read as
 * soon as what has a word: 2,760 chunks then took 9 ms. Leaves it the index of words.
 */
const BY_INDEX_OF_WORDS = `set enable_indexscan = off set enable_seqscan = off`;

/** How many of the tenant's live chunks of a model have each word. */
const CHUNKS_WITH_EACH = `
  create function wisdom_memory.chunks_with_each(model smallint, moment timestamptz, words tsquery[]) returns bigint[]
  ${PLPGSQL} ${BY_INDEX_OF_WORDS} as $$ begin
    return array(
      select (
        select count(*) from wisdom_memory.memory_vectors
        where user_id = ${TENANT} and lexemes @@ word and model_id = model
          and (expires_at is null or expires_at > moment))
      from unnest(words) with ordinality as asked(word, place) order by place);
  end $$`;

/** The same and how many there are, of a tenant that has no more than so many; of another null. */
const WORD_SCOPE = `
  create function wisdom_memory.word_scope(model smallint, moment timestamptz, words tsquery[], most integer)
  returns table (chunks bigint, chunks_with bigint[])
  ${PLPGSQL} as $$ begin
    chunks := (
      select count(*) from (
        select from wisdom_memory.memory_vectors
        where user_id = ${TENANT} and model_id = model and (expires_at is null or expires_at > moment)
        limit most + 1
      ) as counted);
    if chunks > most then
      chunks := null;
    else
      chunks_with := wisdom_memory.chunks_with_each(model, moment, words);
    end if;
    return next;
  end $$`;

/** The tenant's chunks of a model that have any of these words, each once, with the sum of the weights of those it has. */
const CHUNKS_WITH_WORDS = `
  create function wisdom_memory.chunks_with_words(model smallint, words tsquery[], weights bigint[])
  returns table (
    user_id bigint, memory_id uuid, chunk smallint, project_id integer, session_id bigint, session_type text,
    agent_id text, speaker text, content_type text, occurred_at timestamptz, expires_at timestamptz, weight bigint)
  ${PLPGSQL} ${BY_INDEX_OF_WORDS} as $$ begin
    return query select vector.user_id, vector.memory_id, vector.chunk, vector.project_id, vector.session_id, vector.session_type,
      vector.agent_id, vector.speaker, vector.content_type, vector.occurred_at, vector.expires_at,
      sum(asked.weight)::bigint
    from unnest(words, weights) as asked(word, weight)
    join wisdom_memory.memory_vectors as vector
      on vector.user_id = ${TENANT} and vector.lexemes @@ asked.word and vector.model_id = model
    group by vector.user_id, vector.memory_id, vector.model_id, vector.chunk;
  end $$`;

/** Memories of any tenant whose words are still unknown: whose they are and which, and nothing else of them. */
const CHUNKS_WITHOUT_WORDS = `
  create function wisdom_memory.chunks_without_words(most integer) returns table (user_id bigint, memory_id uuid)
  language sql stable ${DEFINER} as $$
    select distinct vector.user_id, vector.memory_id from (
      select user_id, memory_id from wisdom_memory.memory_vectors where lexemes is null
      order by user_id, memory_id limit most
    ) as vector
  $$`;
