import type { PoolClient } from 'pg';
import { EmbeddingModel, fingerprintOf } from '../../embedding/embedder';
import { StartupError } from '../../common/startup.error';

/** An entry of the covering index ends at 2,704 bytes; a dimension takes two, and the labels need the rest. */
const MOST_DIMENSIONS = 1_024;

/**
 * The number of the model's vector space in this database, registered when it is new.
 *
 * @throws StartupError when the vectors here are of another model, or the model's do not fit.
 */
export async function registerModel(connection: PoolClient, model: EmbeddingModel): Promise<number> {
  if (model.dimension > MOST_DIMENSIONS)
    throw new StartupError(
      `${model.name} has ${model.dimension} dimensions, PostgreSQL's index takes ${MOST_DIMENSIONS}: set EMBEDDING_MODEL to a smaller model, or EMBEDDING_DIMENSIONS where the model can shorten its vectors.`,
    );
  const fingerprint = fingerprintOf(model);
  const { rows } = await connection.query<{ id: number }>(
    `select wisdom_memory.embedding_model_id($1, $2, $3, $4, $5, $6, $7) as id`,
    [fingerprint, model.name, model.revision, model.dimension, model.pooling, model.normalised, model.dtype],
  );
  const id = rows[0]!.id;
  await refuseOtherModels(connection, id, fingerprint);
  return id;
}

/**
 * As `wm_app`.
 *
 * @param id of the model in this database.
 * @throws StartupError when the vectors here are of another model.
 */
export async function refuseOtherModels(
  connection: PoolClient,
  id: number,
  fingerprint: string,
): Promise<void> {
  const others = await connection.query<{ fingerprint: string }>(
    `select wisdom_memory.other_models_in_use($1::smallint) as fingerprint`,
    [id],
  );
  if (others.rows.length > 0)
    throw new StartupError(
      `The vectors in this database are of ${others.rows.map((row) => row.fingerprint).join(', ')}, the configured model is ${fingerprint}: vectors of two models cannot be compared. Set EMBEDDING_MODEL back, or use another database.`,
    );
}
