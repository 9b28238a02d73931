import { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT = `nullif(current_setting('app.user_id', true), '')::bigint`;

/** Run as `wm_definer`; a search path that nobody else can put objects into. */
const DEFINER = `security definer set search_path = pg_catalog, pg_temp`;

const SIGNATURES = [
  'access_key(text)',
  'note_key_uses(text[], timestamptz[])',
  'lock_user()',
  'forget_user()',
];

/**
 * The keys of users, out of the reach of `wm_app` but for functions: it may look up one key by its prefix, note when keys
 * were used, and remove its own tenant altogether. Keys are made and revoked by the owner alone.
 */
export class AccessKeys1764004000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCESS_KEYS);
    await runner.query(`create index access_keys_user on wisdom_memory.access_keys (user_id)`);
    await runner.query(`grant select, delete on wisdom_memory.access_keys to wm_definer`);
    await runner.query(`grant update (last_used_at) on wisdom_memory.access_keys to wm_definer`);
    await runner.query(`grant delete on wisdom_memory.users to wm_definer`);
    // What locking a row takes; no function updates one.
    await runner.query(`grant update (created_at) on wisdom_memory.users to wm_definer`);
    for (const definition of [ACCESS_KEY, NOTE_KEY_USES, LOCK_USER, FORGET_USER])
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
    await runner.query(`revoke delete, update (created_at) on wisdom_memory.users from wm_definer`);
    await runner.query(`drop table wisdom_memory.access_keys`);
  }
}

/** A project by its name: a key may be made before anything is stored in it. */
const ACCESS_KEYS = `
  create table wisdom_memory.access_keys (
    prefix text collate "C" not null,
    hash bytea not null,
    name text not null,
    user_id bigint not null,
    project text collate "C",
    scopes text[] not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3),
    last_used_at timestamptz(3),
    revoked_at timestamptz(3),
    constraint access_keys_pkey primary key (prefix),
    constraint access_keys_user_fkey foreign key (user_id) references wisdom_memory.users (id) on delete cascade
  )`;

const ACCESS_KEY = `
  create function wisdom_memory.access_key(wanted text) returns setof wisdom_memory.access_keys
  language sql stable rows 1 ${DEFINER} as $$
    select * from wisdom_memory.access_keys where prefix = wanted
  $$`;

/** In one order whoever calls, so that two instances do not wait for each other. */
const NOTE_KEY_USES = `
  create function wisdom_memory.note_key_uses(prefixes text[], moments timestamptz[]) returns void
  language sql ${DEFINER} as $$
    with used as (
      select key.prefix, use.moment from unnest(prefixes, moments) as use (prefix, moment)
      join wisdom_memory.access_keys as key using (prefix)
      where key.last_used_at is null or key.last_used_at < use.moment
      order by key.prefix for no key update of key
    )
    update wisdom_memory.access_keys as key set last_used_at = used.moment from used where key.prefix = used.prefix
  $$`;

/** Until the transaction ends, nothing is stored for the tenant; waits for what is being stored. */
const LOCK_USER = `
  create function wisdom_memory.lock_user() returns void
  language sql ${DEFINER} as $$
    select from wisdom_memory.users where id = ${TENANT} for update
  $$`;

/** Removes the tenant, of whom no memory and no project may be left, with every key; tells whether there was one. */
const FORGET_USER = `
  create function wisdom_memory.forget_user() returns boolean
  language sql ${DEFINER} as $$
    with gone as (delete from wisdom_memory.users where id = ${TENANT} returning id)
    select exists (select from gone)
  $$`;
