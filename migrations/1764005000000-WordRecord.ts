import { MigrationInterface, QueryRunner } from 'typeorm';

/** Run as `wm_definer`; a search path that nobody else can put objects into. */
const DEFINER = `security definer set search_path = pg_catalog, pg_temp`;

/** Any number of ours: who writes words holds it shared, who changes their analysis alone. */
const WORDS_LOCK = 7_309_940_117;

const SIGNATURES = [
  'word_record()',
  'write_words_by(text)',
  'words_are_by(text)',
  'words_after(smallint, bigint, uuid, integer)',
  'words_rewritten_to(integer, bigint, uuid)',
];

/**
 * By which analysis the words are written, and how far those that were there before are rewritten. Of words that are there
 * already it is not known: the service compares them with their texts while it runs.
 */
export class WordRecord1764005000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WORD_ANALYSES);
    await runner.query(`grant select, insert on wisdom_memory.word_analyses to wm_definer`);
    await runner.query(
      `grant update (rewritten_user, rewritten_memory, complete) on wisdom_memory.word_analyses to wm_definer`,
    );
    for (const definition of [WORD_RECORD, WRITE_WORDS_BY, WORDS_ARE_BY, WORDS_AFTER, WORDS_REWRITTEN_TO])
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
    await runner.query(`drop table wisdom_memory.word_analyses`);
  }
}

/** The latest is in force. Up to which memory, in the order `(user_id, memory_id)`, the words are its own. */
const WORD_ANALYSES = `
  create table wisdom_memory.word_analyses (
    id integer generated always as identity,
    name text not null,
    since timestamptz(3) not null default now(),
    rewritten_user bigint,
    rewritten_memory uuid,
    complete boolean not null,
    constraint word_analyses_pkey primary key (id)
  )`;

const WORD_RECORD = `
  create function wisdom_memory.word_record()
  returns table (id integer, name text, rewritten_user bigint, rewritten_memory uuid, complete boolean)
  language sql stable ${DEFINER} as $$
    select id, name, rewritten_user, rewritten_memory, complete
    from wisdom_memory.word_analyses order by id desc limit 1
  $$`;

/** Waits for those who are writing by another one. */
const WRITE_WORDS_BY = `
  create function wisdom_memory.write_words_by(analysis text) returns void language plpgsql ${DEFINER} as $$ begin
    perform pg_advisory_xact_lock(${WORDS_LOCK});
    if analysis is distinct from (select name from wisdom_memory.word_record()) then
      insert into wisdom_memory.word_analyses (name, complete)
        values (analysis, not exists (select from wisdom_memory.memory_vectors));
    end if;
  end $$`;

/** Whether an analysis is in force, and stays so until the transaction ends. */
const WORDS_ARE_BY = `
  create function wisdom_memory.words_are_by(analysis text) returns boolean language plpgsql ${DEFINER} as $$ begin
    perform pg_advisory_xact_lock_shared(${WORDS_LOCK});
    return coalesce(analysis = (select name from wisdom_memory.word_record()), false);
  end $$`;

/** The next memories of any tenant: whose they are and which, and nothing else of them. Chunks are counted. */
const WORDS_AFTER = `
  create function wisdom_memory.words_after(model smallint, last_user bigint, last_memory uuid, most integer)
  returns table (user_id bigint, memory_id uuid)
  language sql stable ${DEFINER} as $$
    select distinct vector.user_id, vector.memory_id from (
      select user_id, memory_id from wisdom_memory.memory_vectors
      where model_id = model and (user_id, model_id, memory_id) > (last_user, model, last_memory)
      order by user_id, model_id, memory_id limit most
    ) as vector
    order by 1, 2
  $$`;

/** Notes how far an analysis is, if it still is in force and not further; all of them without a memory. */
const WORDS_REWRITTEN_TO = `
  create function wisdom_memory.words_rewritten_to(analysis integer, last_user bigint, last_memory uuid) returns void
  language sql ${DEFINER} as $$
    update wisdom_memory.word_analyses
    set rewritten_user = last_user, rewritten_memory = last_memory, complete = last_memory is null
    where id = analysis and id = (select id from wisdom_memory.word_record()) and not complete
      and (last_memory is null or rewritten_memory is null
           or (rewritten_user, rewritten_memory) < (last_user, last_memory))
  $$`;
