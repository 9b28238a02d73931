import { MemoryFilter, MetadataCondition } from '../../memory';
import { metadataSql } from './metadata-sql';
import { SqlParameters, timestampText } from '../sql-parameters';

/**
 * The conditions of one user's live rows that a filter leaves, all but those on metadata. `memories` and
 * `memory_vectors` have every column that is named here.
 *
 * @param table alias of either table.
 */
export function fieldConditions(
  userId: number,
  filter: MemoryFilter,
  now: Date,
  table: string,
  parameters: SqlParameters,
): string[] {
  const equal = (column: string, value: number | string | undefined, type: string) =>
    value === undefined ? [] : [`${table}.${column} = ${parameters.add(value, type)}`];
  const compared = (column: string, operator: string, value: Date | undefined) =>
    value === undefined
      ? []
      : [`${table}.${column} ${operator} ${parameters.add(timestampText(value), 'timestamptz')}`];
  return [
    ...equal('user_id', userId, 'bigint'),
    `(${table}.expires_at is null or ${compared('expires_at', '>', now).join('')})`,
    // A project's number may be any; as a bigint it is compared with the column without overflowing.
    ...equal('project_id', filter.projectId, 'bigint'),
    ...equal('session_id', filter.sessionId, 'bigint'),
    ...equal('session_type', filter.sessionType, 'text'),
    ...equal('agent_id', filter.agentId, 'text'),
    ...equal('speaker', filter.speaker, 'text'),
    ...(filter.contentTypes
      ? [`${table}.content_type = any(${parameters.add([...filter.contentTypes], 'text[]')})`]
      : []),
    ...compared('occurred_at', '>=', filter.occurredAfter),
    ...compared('occurred_at', '<', filter.occurredBefore),
  ];
}

/** Every condition of a filter on `memories`. */
export function memoryConditions(
  userId: number,
  filter: MemoryFilter,
  now: Date,
  table: string,
  parameters: SqlParameters,
): string[] {
  return [
    ...fieldConditions(userId, filter, now, table, parameters),
    ...(filter.metadata ? [metadataSql(filter.metadata, `${table}.metadata`, parameters)] : []),
  ];
}

/** That the memory of an id satisfies a metadata filter, looked up row by row: `offset 0` keeps it from being a join. */
export function metadataCondition(
  userId: number,
  metadata: MetadataCondition,
  memoryId: string,
  parameters: SqlParameters,
): string {
  return `exists (
      select from wisdom_memory.memories as memory
      where memory.user_id = ${parameters.add(userId, 'bigint')} and memory.id = ${memoryId}
        and ${metadataSql(metadata, 'memory.metadata', parameters)}
      offset 0)`;
}
