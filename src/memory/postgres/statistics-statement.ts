import { MemoryFilter, Statistics } from '../memory';
import { fieldConditions } from './search/filter-sql';
import { SqlParameters } from './sql-parameters';
import { rowsOf, TenantContext } from './tenant-context';

/** Everything of a group, or of all memories where both labels are null and `whole` is true. */
interface StatisticsRow {
  readonly content_type: string | null;
  readonly session_type: string | null;
  readonly grouped_by: number;
  readonly memories: string;
  readonly characters: string | null;
  readonly sessions: string;
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** Bits of SQL's `grouping(content_type, session_type)`: set where the row is not of one value of the column. */
const BY_TYPE = 0b01;
const BY_SESSION_TYPE = 0b10;
const TOTAL = 0b11;

/** Of what the filter leaves, but for conditions on metadata. */
export async function statisticsOfTenant(tenant: TenantContext, filter: MemoryFilter): Promise<Statistics> {
  const rows = await groups(tenant, filter);
  const total = rows.find(({ grouped_by }) => grouped_by === TOTAL)!;
  const countsOf = (grouping: number, label: 'content_type' | 'session_type') =>
    Object.fromEntries(
      rows
        .filter((row) => row.grouped_by === grouping && row[label] !== null)
        .map((row) => [row[label]!, Number(row.memories)]),
    );
  return {
    memories: Number(total.memories),
    chunks: await countVectors(tenant, filter),
    characters: Number(total.characters ?? 0),
    byType: countsOf(BY_TYPE, 'content_type'),
    bySessionType: countsOf(BY_SESSION_TYPE, 'session_type'),
    sessions: Number(total.sessions),
    oldest: total.oldest,
    newest: total.newest,
  };
}

function groups(tenant: TenantContext, filter: MemoryFilter): Promise<StatisticsRow[]> {
  const parameters = new SqlParameters();
  return rowsOf(
    tenant,
    `select memory.content_type, memory.session_type,
            grouping(memory.content_type, memory.session_type) as grouped_by,
            count(*) as memories, sum(memory.characters) as characters,
            count(distinct memory.session_id) as sessions,
            min(memory.occurred_at) as oldest, max(memory.occurred_at) as newest
     from wisdom_memory.memories as memory
     where ${fieldConditions(tenant.userId, filter, tenant.now, 'memory', parameters).join(' and ')}
     group by grouping sets ((memory.content_type), (memory.session_type), ())`,
    parameters.values,
  );
}

async function countVectors(tenant: TenantContext, filter: MemoryFilter): Promise<number> {
  const parameters = new SqlParameters();
  const conditions = fieldConditions(tenant.userId, filter, tenant.now, 'vector', parameters);
  const [row] = await rowsOf<{ count: string }>(
    tenant,
    `select count(*) from wisdom_memory.memory_vectors as vector
     where vector.model_id = ${parameters.add(tenant.modelId, 'smallint')} and ${conditions.join(' and ')}`,
    parameters.values,
  );
  return Number(row!.count);
}
