import { UsageError } from '../cli/exit-code';
import type { JsonObject } from '../memory/memory';

/** Ids of users in the target by their ids in the source: JSON, as it is kept with a run. */
export type UserMapping = JsonObject & { readonly [sourceId: string]: number };

/**
 * What `--map-user 3=7` says, added to what those before it said.
 *
 * @throws UsageError
 */
export function parseUserMapping(text: string, earlier: UserMapping = {}): UserMapping {
  const [, from, to] = /^([1-9]\d*)=([1-9]\d*)$/.exec(text) ?? [];
  if (from === undefined || ![from, to].every((id) => Number.isSafeInteger(Number(id))))
    throw new UsageError(`--map-user takes two ids of users such as 3=7, not ${JSON.stringify(text)}.`);
  if (Object.hasOwn(earlier, from))
    throw new UsageError(`--map-user says twice who user ${from} of the source is.`);
  return { ...earlier, [from]: Number(to) };
}

/** A user of the source. */
export interface NamedUser {
  readonly id: number;
  readonly name: string;
}

/**
 * Whose memories become whose: the id in the target by the id in the source, for each of its users.
 *
 * @throws UsageError where a user is not in the source, or where it takes a word from whoever migrates who is who.
 */
export function mapUsers(users: readonly NamedUser[], mapping: UserMapping): Map<number, number> {
  const ids = users.map(({ id }) => id);
  const unknown = Object.keys(mapping).filter((id) => !ids.includes(Number(id)));
  if (unknown.length > 0)
    throw new UsageError(
      `The source has no user ${unknown.join(', ')}, whom --map-user names. It has: ${ids.join(', ') || 'none'}.`,
    );
  const unmapped = users.filter(({ id }) => mapping[id] === undefined);
  refuseNamesakes(unmapped);
  const targets = new Map(ids.map((id) => [id, mapping[id] ?? id]));
  for (const { id } of unmapped) refuseUnion(id, targets);
  return targets;
}

/** Names are unique here. */
function refuseNamesakes(users: readonly NamedUser[]): void {
  const first = new Map<string, number>();
  for (const { id, name } of users) {
    const other = first.get(name);
    if (other !== undefined)
      throw new UsageError(
        `Users ${other} and ${id} of the source are both called ${JSON.stringify(name)}. Say who the second is: ` +
          `--map-user ${id}=${id} gives that one another name, --map-user ${id}=${other} --map-user ${other}=${other} makes them one.`,
      );
    first.set(name, id);
  }
}

/** Nobody's memories become another's because only one of the two was thought of. */
function refuseUnion(id: number, targets: ReadonlyMap<number, number>): void {
  const others = [...targets].flatMap(([other, target]) => (other !== id && target === id ? [other] : []));
  if (others.length > 0)
    throw new UsageError(
      `Users ${[id, ...others].join(' and ')} of the source would become one. If that is meant, say so: --map-user ` +
        `${id}=${id}. Otherwise map ${others.join(' and ')} to an id that is free.`,
    );
}
