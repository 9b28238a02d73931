import type { DataSource } from 'typeorm';
import { APP_ROLE } from './schema-names';

const MAY_STAGE = `select has_database_privilege('${APP_ROLE}', current_database(), 'TEMPORARY') as may,
  format('GRANT TEMPORARY ON DATABASE %I TO ${APP_ROLE};', current_database()) as grant`;

/**
 * Whether `wm_app` may make the temporary tables that batches are staged in by COPY. Everybody may by default; where
 * that was revoked from PUBLIC, the owner of the database grants it to this one role. Where the owner of our schema is
 * somebody else, batches are written without COPY, and the log says how to mend it.
 */
export async function ensureStaging(owner: DataSource, log: (message: string) => void): Promise<boolean> {
  const mayStage = async () => (await owner.query<{ may: boolean; grant: string }[]>(MAY_STAGE))[0]!;
  const { may, grant } = await mayStage();
  if (may) return true;
  // Whoever may not grant gets an error, or a warning and no grant.
  await owner.query(grant).catch(() => undefined);
  if ((await mayStage()).may) return true;
  log(
    `${APP_ROLE} may not create temporary tables: large batches are stored without COPY, more slowly. ` +
      `As the owner of the database, then start anew: ${grant}`,
  );
  return false;
}
