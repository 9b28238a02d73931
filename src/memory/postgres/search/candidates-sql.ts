import { CandidateQuery, NAMED_BONUS, REACH } from '../../candidates';
import type { MemoryFilter } from '../../memory';
import { fieldConditions, metadataCondition } from './filter-sql';
import { halfVector } from './half-precision';
import { millisecondsOf } from '../milliseconds-sql';
import { SqlParameters, timestampText } from '../sql-parameters';
import type { TenantContext } from '../tenant-context';

/** What is asked, ready for the database. */
export interface CandidateSearch extends Omit<CandidateQuery, 'words' | 'byWords'> {
  /** Those that are chosen by their words. */
  readonly worded: readonly PlacedChunk[];
  /** The nearest, and one more, where they are known already. */
  readonly ranked?: readonly RankedChunk[];
}

/** A chunk and where it stands in its session. */
export interface PlacedChunk {
  readonly memory_id: string;
  readonly chunk: number;
  readonly session_id: string | null;
  /** As the database writes it: nobody here looks at it. */
  readonly occurred_at: string;
}

/** What a statement selects to make a `PlacedChunk`, of `vector`. */
export const PLACED_COLUMNS =
  'vector.memory_id, vector.chunk, vector.session_id, vector.occurred_at::text as occurred_at';

export interface RankedChunk extends PlacedChunk {
  /** The cosine, with the bonus. */
  readonly rank: number;
}

/** Whoever is so near is looked up: with one more than lends context, what is missing between two of them is always known. */
const LOOKED_UP = REACH + 1;

/**
 * One statement for all candidates of a question: the nearest, with one more that tells whether there are others, those with the
 * best words, what stands around them, and everything that scores need of these. Its parts are `with` queries that the
 * planner must not look into: each is small, and planned for itself. `offset 0` has rows looked up by their key: of a table that was not
 * analysed yet all of a tenant's were read, 107 ms instead of 18 on a busy machine.
 */
export function candidatesSql(
  tenant: TenantContext,
  search: CandidateSearch,
  parameters: SqlParameters,
): string {
  const sql = new CandidateStatement(tenant, search, parameters);
  const most = parameters.add(search.byVector, 'integer');
  return `
    with ranked as materialized (${search.ranked ? sql.given(search.ranked) : sql.ranked()}),
    chosen as materialized (
      (select memory_id, chunk, session_id, occurred_at from ranked order by rank desc, memory_id, chunk limit ${most})
      union
      (${sql.worded()})
    ),
    looked_up as materialized (
      select memory_id, chunk, bool_or(abs(distance) <= ${REACH}) as is_near, bool_or(distance < ${LOOKED_UP}) as is_followed
      from (
        select memory_id, chunk, 0 as distance from chosen
        union all
        select beside.* from chosen cross join lateral (
          (${sql.beside('before')}) union all (${sql.beside('after')})
        ) as beside where chosen.session_id is not null
        union all
        select own.* from chosen cross join lateral (${sql.ownChunks()}) as own where chosen.session_id is null
      ) as found
      group by memory_id, chunk
    )
    select vector.memory_id, vector.chunk, vector.session_id,
      ${millisecondsOf('vector.occurred_at')} as occurred_ms, vector.speaker,
      looked_up.is_near and ${sql.conditions('vector').join(' and ')} as is_candidate, looked_up.is_followed,
      ${sql.cosine('vector')} as cosine, others.cosine as others_cosine, case when looked_up.is_near then vector.lexemes::text end as lexemes,
      (select min(rank) from ranked having count(*) > ${most} and ${most} > 0) as nearest_left
    from looked_up
    cross join lateral (
      select * from wisdom_memory.memory_vectors as vector
      where ${sql.isOwn('vector')} and vector.memory_id = looked_up.memory_id and vector.chunk = looked_up.chunk offset 0
    ) as vector
    cross join lateral (${sql.others()}) as others`;
}

/** The parts of that statement. */
class CandidateStatement {
  /** The question's, in the precision of those that are stored. */
  private readonly vector: string;
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

  /** Null where a vector has no direction. */
  cosine(table: string): string {
    return `nullif(1 - (${table}.embedding <=> ${this.vector}), 'NaN')`;
  }

  /** What the filter leaves. */
  conditions(table: string): string[] {
    return candidateConditions(this.tenant, this.search.filter, table, this.parameters);
  }

  /** The nearest. What has no direction is at no distance, and sorts last. */
  ranked(): string {
    const { byVector, named } = this.search;
    const bonus = bonusSql(named, 'vector', this.parameters);
    return `
      select memory_id, chunk, session_id, occurred_at, -distance as rank from (
        select vector.memory_id, vector.chunk, vector.session_id, vector.occurred_at,
          (vector.embedding <=> ${this.vector}) - 1 ${bonus} as distance
        from wisdom_memory.memory_vectors as vector
        where ${this.isOwn('vector')} and ${this.conditions('vector').join(' and ')}
        order by distance, memory_id, chunk limit ${this.parameters.add(byVector === 0 ? 0 : byVector + 1, 'integer')}
      ) as nearest where distance < 'NaN'`;
  }

  given(ranked: readonly RankedChunk[]): string {
    const ranks = this.parameters.add(
      ranked.map(({ rank }) => rank),
      'float8[]',
    );
    return `
      select * from unnest(${this.places(ranked)}, ${ranks})
        as given(memory_id, chunk, session_id, occurred_at, rank)`;
  }

  worded(): string {
    return `
      select * from unnest(${this.places(this.search.worded)}) as worded(memory_id, chunk, session_id, occurred_at)`;
  }

  private places(chunks: readonly PlacedChunk[]): string {
    const column = (name: keyof PlacedChunk, type: string) =>
      this.parameters.add(
        chunks.map((chunk) => chunk[name]),
        `${type}[]`,
      );
    return [
      column('memory_id', 'uuid'),
      column('chunk', 'smallint'),
      column('session_id', 'bigint'),
      column('occurred_at', 'timestamptz'),
    ].join(', ');
  }

  /**
   * Those before or behind a chosen chunk in its session, whatever the filter leaves, and how far. `chunk >= 0` always holds;
   * it is what the index of sessions asks for.
   */
  beside(side: 'before' | 'after'): string {
    const [operator, direction, sign] = side === 'before' ? ['<', 'desc', '-'] : ['>', 'asc', ''];
    const order = `other.occurred_at ${direction}, other.memory_id ${direction}, other.chunk ${direction}`;
    return `
      select other.memory_id, other.chunk, ${sign} row_number() over (order by ${order}) as distance
      from wisdom_memory.memory_vectors as other
      where ${this.isOwn('other')} and other.session_id = chosen.session_id and other.chunk >= 0
        and (other.occurred_at, other.memory_id, other.chunk) ${operator} (chosen.occurred_at, chosen.memory_id, chosen.chunk)
        and (other.expires_at is null or other.expires_at > ${this.now})
      order by ${order} limit ${LOOKED_UP}`;
  }

  /** The same for a chunk outside of any session: chunks of its memory. */
  ownChunks(): string {
    return `
      select other.memory_id, other.chunk, other.chunk - chosen.chunk as distance
      from wisdom_memory.memory_vectors as other
      where ${this.isOwn('other')} and other.memory_id = chosen.memory_id
        and other.chunk between chosen.chunk - ${LOOKED_UP} and chosen.chunk + ${LOOKED_UP}`;
  }

  /** The highest cosine of the other chunks of a memory; most have none, which the key tells. */
  others(): string {
    const those = (operator: string) => `
      select ${this.cosine('other')} as cosine from wisdom_memory.memory_vectors as other
      where ${this.isOwn('other')} and other.memory_id = vector.memory_id and other.chunk ${operator} vector.chunk`;
    return `select max(cosine) as cosine from (${those('<')} union all ${those('>')}) as other`;
  }
}

/** What a filter leaves among `memory_vectors`. */
export function candidateConditions(
  { userId, now }: TenantContext,
  filter: MemoryFilter,
  table: string,
  parameters: SqlParameters,
): string[] {
  const { metadata } = filter;
  return [
    ...fieldConditions(userId, filter, now, table, parameters),
    ...(metadata ? [metadataCondition(userId, metadata, `${table}.memory_id`, parameters)] : []),
  ];
}

/** What being named takes away from a distance; nothing where nobody is. */
export function bonusSql(named: readonly string[], table: string, parameters: SqlParameters): string {
  if (named.length === 0) return '';
  return `- case when ${table}.speaker = any(${parameters.add([...named], 'text[]')}) then ${NAMED_BONUS}::float8 else 0::float8 end`;
}
