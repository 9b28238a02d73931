import { CandidateQuery, NAMED_BONUS, REACH } from '../../candidates';
import { fieldConditions, metadataCondition } from './filter-sql';
import { halfVector } from './half-precision';
import { SqlParameters, timestampText } from '../sql-parameters';
import type { TenantContext } from '../tenant-context';

/** What is asked, ready for the database. */
export interface CandidateSearch extends Omit<CandidateQuery, 'words'> {
  /** The words that choose, each as a tsquery. */
  readonly choosing: readonly { readonly query: string; readonly weight: number }[];
  /** The lexemes that are counted in each candidate. */
  readonly words: readonly string[];
}

/**
 * One statement for all candidates of a question: the nearest, those with the best words, both with one more that tells whether
 * there are others, what stands around them, and everything that scores need of these. Its parts are `with` queries that the
 * planner must not look into: each is small, and planned for itself.
 */
export function candidatesSql(
  tenant: TenantContext,
  search: CandidateSearch,
  parameters: SqlParameters,
): string {
  const { byVector, byWords } = search;
  const sql = new CandidateStatement(tenant, search, parameters);
  const most = { vector: parameters.add(byVector, 'integer'), words: parameters.add(byWords, 'integer') };
  return `
    with ranked as materialized (${sql.ranked()}),
    worded as materialized (${sql.worded()}),
    chosen as materialized (
      (select memory_id, chunk, session_id, occurred_at from ranked order by rank desc, memory_id, chunk limit ${most.vector})
      union
      (select memory_id, chunk, session_id, occurred_at from worded
       order by weight desc, occurred_at desc, memory_id desc, chunk desc limit ${most.words})
    ),
    pool as materialized (
      select memory_id, chunk from chosen
      union
      select beside.memory_id, beside.chunk from chosen cross join lateral (
        (${sql.beside('chosen', 'before')}) union all (${sql.beside('chosen', 'after')})
      ) as beside
    )
    select vector.memory_id, vector.chunk, vector.speaker, vector.occurred_at,
      coalesce(nullif(1 - (vector.embedding <=> ${sql.vector}), 'NaN'), 0) as cosine,
      best.similarity, counted.counts, following.ids as following_ids, following.chunks as following_chunks, totals.*
    from pool
    join wisdom_memory.memory_vectors as vector
      on ${sql.isOwn('vector')} and vector.memory_id = pool.memory_id and vector.chunk = pool.chunk
    cross join lateral (${sql.best()}) as best
    cross join lateral (${sql.counted()}) as counted
    cross join lateral (${sql.following()}) as following
    cross join (
      select
        (select min(rank) from ranked having count(*) > ${most.vector} and ${most.vector} > 0) as nearest_left,
        (select count(*) > ${most.words} from worded) as more_by_words
    ) as totals
    where ${sql.conditions('vector').join(' and ')}`;
}

/** The parts of that statement. */
class CandidateStatement {
  /** The question's, in the precision of those that are stored. */
  readonly vector: string;
  private readonly user: string;
  private readonly model: string;
  private readonly now: string;

  constructor(
    private readonly tenant: TenantContext,
    private readonly search: CandidateSearch,
    private readonly parameters: SqlParameters,
  ) {
    this.vector = parameters.add(halfVector(search.vector), 'halfvec');
    this.user = parameters.add(tenant.userId, 'bigint');
    this.model = parameters.add(tenant.modelId, 'smallint');
    this.now = parameters.add(timestampText(tenant.now), 'timestamptz');
  }

  isOwn(table: string): string {
    return `${table}.user_id = ${this.user} and ${table}.model_id = ${this.model}`;
  }

  /** What the filter leaves. */
  conditions(table: string): string[] {
    const { filter } = this.search;
    const { metadata } = filter;
    const { userId, now } = this.tenant;
    return [
      ...fieldConditions(userId, filter, now, table, this.parameters),
      ...(metadata ? [metadataCondition(userId, metadata, `${table}.memory_id`, this.parameters)] : []),
    ];
  }

  /** The nearest. What has no direction is at no distance, and sorts last. */
  ranked(): string {
    const { byVector, named } = this.search;
    const names = this.parameters.add([...named], 'text[]');
    const bonus = `case when vector.speaker = any(${names}) then ${NAMED_BONUS} else 0 end`;
    return `
      select memory_id, chunk, session_id, occurred_at, -distance as rank from (
        select vector.memory_id, vector.chunk, vector.session_id, vector.occurred_at,
          (vector.embedding <=> ${this.vector}) - 1 - ${bonus} as distance
        from wisdom_memory.memory_vectors as vector
        where ${this.isOwn('vector')} and ${this.conditions('vector').join(' and ')}
        order by distance, memory_id, chunk limit ${this.parameters.add(byVector === 0 ? 0 : byVector + 1, 'integer')}
      ) as nearest where distance < 'NaN'`;
  }

  worded(): string {
    const { byWords, choosing } = this.search;
    const queries = this.parameters.add(
      choosing.map(({ query }) => query),
      'tsquery[]',
    );
    const weights = this.parameters.add(
      choosing.map(({ weight }) => weight),
      'bigint[]',
    );
    return `
      select vector.memory_id, vector.chunk, vector.session_id, vector.occurred_at, vector.weight
      from wisdom_memory.chunks_with_words(${this.model}, ${queries}, ${weights}) as vector
      where ${this.conditions('vector').join(' and ')}
      order by weight desc, occurred_at desc, memory_id desc, chunk desc
      limit ${this.parameters.add(byWords + 1, 'integer')}`;
  }

  /**
   * Those next to a chunk in its memory and its session, whatever the filter leaves, the nearest first. The session is walked by memories: an
   * index of vectors by session would be taken for searches by a filter, which read the covering index.
   */
  beside(of: string, side: 'before' | 'after'): string {
    const [operator, direction] = side === 'before' ? ['<', 'desc'] : ['>', 'asc'];
    return `
      select memory_id, chunk from (
        (select 0 as distance, other.occurred_at, other.memory_id, other.chunk
         from wisdom_memory.memory_vectors as other
         where ${this.isOwn('other')} and other.memory_id = ${of}.memory_id and other.chunk ${operator} ${of}.chunk
         order by other.chunk ${direction} limit ${REACH})
        union all
        (select 1, near.occurred_at, near.id, other.chunk
         from (
           select memory.occurred_at, memory.id from wisdom_memory.memories as memory
           where memory.user_id = ${this.user} and memory.session_id = ${of}.session_id
             and (memory.occurred_at, memory.id) ${operator} (${of}.occurred_at, ${of}.memory_id)
             and (memory.expires_at is null or memory.expires_at > ${this.now})
           order by memory.occurred_at ${direction}, memory.id ${direction} limit ${REACH}
         ) as near
         join wisdom_memory.memory_vectors as other on ${this.isOwn('other')} and other.memory_id = near.id
         order by near.occurred_at ${direction}, near.id ${direction}, other.chunk ${direction} limit ${REACH})
      ) as beside
      order by distance, occurred_at ${direction}, memory_id ${direction}, chunk ${direction} limit ${REACH}`;
  }

  /** The highest cosine of the memory's chunks. */
  best(): string {
    return `
      select coalesce(max(nullif(1 - (other.embedding <=> ${this.vector}), 'NaN')), 0) as similarity
      from wisdom_memory.memory_vectors as other
      where ${this.isOwn('other')} and other.memory_id = vector.memory_id`;
  }

  /** How often each word is in the chunk: as many positions as it has. */
  counted(): string {
    return `
      select array_agg(coalesce(cardinality(present.positions), 0) order by asked.place) as counts
      from unnest(${this.parameters.add([...this.search.words], 'text[]')}) with ordinality as asked(lexeme, place)
      left join unnest(vector.lexemes) as present on present.lexeme = asked.lexeme`;
  }

  following(): string {
    return `
      select coalesce(array_agg(memory_id), '{}') as ids, coalesce(array_agg(chunk), '{}') as chunks
      from (${this.beside('vector', 'after')}) as next`;
  }
}
