import { UserExistsError, UserNotFoundError } from '../../../auth/auth.errors';
import type { AccessKey, NewAccessKey, User } from '../../../auth/account';
import type { KeyStore } from '../../../auth/key-store';
import { codeOf } from '../database/database-error';
import type { PostgresDatabase } from '../database/postgres-database';
import { deleteUser } from '../delete-user';
import { AccessKeyRow, keyOfRow, UserRow, userOfRow } from './key-rows';

/** SQLSTATEs. */
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/**
 * Users and keys in PostgreSQL. What requests wait for goes through the pool, as `wm_app`, which reaches keys by functions
 * alone; what the commands do is the owner's.
 */
export class PostgresKeyStore implements KeyStore {
  /** @param database connected here when it is first needed, unless it is already. */
  constructor(private readonly database: PostgresDatabase) {}

  close(): Promise<void> {
    return this.database.close();
  }

  async findKey(prefix: string): Promise<AccessKey | undefined> {
    await this.database.connect();
    const [row] = await this.database.withoutTenant(
      async (connection) =>
        (await connection.query<AccessKeyRow>({ name: 'access_key', text: FIND, values: [prefix] })).rows,
    );
    return row && keyOfRow(row);
  }

  async noteUses(uses: ReadonlyMap<string, Date>): Promise<void> {
    if (uses.size === 0) return;
    await this.database.connect();
    await this.database.withoutTenant((connection) =>
      connection.query('select wisdom_memory.note_key_uses($1::text[], $2::timestamptz[])', [
        [...uses.keys()],
        [...uses.values()],
      ]),
    );
  }

  async listUsers(): Promise<User[]> {
    const rows = await this.asOwner<UserRow>(
      `select id, name, created_at from wisdom_memory.users order by id`,
    );
    return rows.map(userOfRow);
  }

  async createUser({ id, name, createdAt }: User): Promise<User> {
    const rows = await this.asOwner<UserRow>(CREATE_USER, [id, name, createdAt]).catch((error: unknown) => {
      throw codeOf(error) === UNIQUE_VIOLATION ? UserExistsError.ofName(name) : error;
    });
    if (rows.length === 0) throw UserExistsError.ofId(id);
    return userOfRow(rows[0]!);
  }

  async listKeys(userId?: number): Promise<AccessKey[]> {
    const rows = await this.asOwner<AccessKeyRow>(
      `select * from wisdom_memory.access_keys where $1::bigint is null or user_id = $1::bigint
       order by created_at, prefix`,
      [userId ?? null],
    );
    return rows.map(keyOfRow);
  }

  async createKey(key: NewAccessKey): Promise<AccessKey> {
    const { prefix, hash, name, userId, project, scopes, createdAt, expiresAt } = key;
    const values = [prefix, hash, name, userId, project, scopes, createdAt, expiresAt];
    const [row] = await this.asOwner<AccessKeyRow>(CREATE_KEY, values).catch((error: unknown) => {
      throw codeOf(error) === FOREIGN_KEY_VIOLATION ? new UserNotFoundError(userId) : error;
    });
    return keyOfRow(row!);
  }

  async revokeKey(prefix: string, at: Date): Promise<AccessKey | undefined> {
    await this.asOwner(
      `update wisdom_memory.access_keys set revoked_at = $2 where prefix = $1 and revoked_at is null`,
      [prefix, at],
    );
    return this.findKey(prefix);
  }

  /** With everything that they have stored, in one transaction. */
  async deleteUser(id: number): Promise<boolean> {
    await this.database.connect();
    return deleteUser(this.database, id);
  }

  private async asOwner<T>(sql: string, values?: unknown[]): Promise<T[]> {
    await this.database.connect();
    return this.database.ownerQuery<T>(sql, values);
  }
}

const FIND = `select * from wisdom_memory.access_key($1)`;

/** A user whom their first memory made is given the name. */
const CREATE_USER = `
  insert into wisdom_memory.users as known (id, name, created_at) values ($1, $2, $3)
  on conflict (id) do update set name = excluded.name where known.name = 'user-' || known.id
  returning id, name, created_at`;

const CREATE_KEY = `
  insert into wisdom_memory.access_keys (prefix, hash, name, user_id, project, scopes, created_at, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8) returning *`;
