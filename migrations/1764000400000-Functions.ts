import { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT = `nullif(current_setting('app.user_id', true), '')::bigint`;

/** Run as `wm_definer`; a search path that nobody else can put objects into. */
const DEFINER = `security definer set search_path = pg_catalog, pg_temp`;

const SIGNATURES = [
  'ensure_tenant()',
  'embedding_model_id(text, text, text, integer, text, boolean, text)',
  'other_models_in_use(smallint)',
  'memories_with_metadata(jsonb[], integer)',
];

/**
 * What `wm_app` may do beyond its policies, each as a function: register its tenant and the model, and look metadata up
 * in the GIN index, which is of no use under row-level security because `@>` is not leakproof (0.2 ms became 33).
 */
export class Functions1764000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `grant select, insert on wisdom_memory.users, wisdom_memory.embedding_models to wm_definer`,
    );
    await runner.query(`grant select on wisdom_memory.memories, wisdom_memory.memory_vectors to wm_definer`);
    for (const table of ['memories', 'memory_vectors'])
      await runner.query(
        `create policy definer on wisdom_memory.${table} for select to wm_definer using (true)`,
      );
    for (const definition of [ENSURE_TENANT, EMBEDDING_MODEL_ID, OTHER_MODELS_IN_USE, MEMORIES_WITH_METADATA])
      await runner.query(definition);
    await giveFunctionsToDefiner(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES) await runner.query(`drop function wisdom_memory.${signature}`);
    for (const table of ['memories', 'memory_vectors'])
      await runner.query(`drop policy definer on wisdom_memory.${table}`);
    await runner.query(`revoke all on all tables in schema wisdom_memory from wm_definer`);
  }
}

/** Owning a function in a schema takes CREATE on it, for this moment only. */
async function giveFunctionsToDefiner(runner: QueryRunner): Promise<void> {
  await runner.query(`grant create on schema wisdom_memory to wm_definer`);
  for (const signature of SIGNATURES) {
    await runner.query(`revoke all on function wisdom_memory.${signature} from public`);
    await runner.query(`grant execute on function wisdom_memory.${signature} to wm_app`);
    await runner.query(`alter function wisdom_memory.${signature} owner to wm_definer`);
  }
  await runner.query(`revoke create on schema wisdom_memory from wm_definer`);
}

const ENSURE_TENANT = `
  create function wisdom_memory.ensure_tenant() returns void language sql ${DEFINER} as $$
    insert into wisdom_memory.users (id, name) values (${TENANT}, 'user-' || ${TENANT}) on conflict do nothing
  $$`;

/** The id of a model, registered when new. Fingerprint, name, revision, dimension, pooling, normalised, dtype. */
const EMBEDDING_MODEL_ID = `
  create function wisdom_memory.embedding_model_id(text, text, text, integer, text, boolean, text) returns smallint
  language plpgsql ${DEFINER} as $$
  declare model smallint;
  begin
    loop
      select id into model from wisdom_memory.embedding_models where fingerprint = $1;
      if found then return model; end if;
      insert into wisdom_memory.embedding_models (fingerprint, name, revision, dimension, pooling, normalised, dtype)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing;
    end loop;
  end $$`;

/** Fingerprints of the models, other than this one, that some tenant's vectors are of. */
const OTHER_MODELS_IN_USE = `
  create function wisdom_memory.other_models_in_use(smallint) returns setof text
  language sql stable ${DEFINER} as $$
    select fingerprint from wisdom_memory.embedding_models as model
    where model.id <> $1
      and exists (select from wisdom_memory.memory_vectors as vector where vector.model_id = model.id)
  $$`;

/** Ids of the tenant's memories whose metadata contain any of these objects, each once, at most so many. */
const MEMORIES_WITH_METADATA = `
  create function wisdom_memory.memories_with_metadata(needles jsonb[], most integer) returns setof uuid
  language sql stable rows 1000 ${DEFINER} as $$
    select distinct memory.id
    from unnest(needles) as needle
    cross join lateral (
      select id from wisdom_memory.memories
      where user_id = ${TENANT} and metadata @> needle
      limit most
    ) as memory
    limit most
  $$`;
