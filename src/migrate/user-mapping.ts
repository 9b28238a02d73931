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

/**
 * Whose memories become whose: the id in the target by the id in the source, for each of its users.
 *
 * @throws UsageError where a user is not in the source, or where users would become one who were not all named.
 */
export function mapUsers(ids: readonly number[], mapping: UserMapping): Map<number, number> {
  const unknown = Object.keys(mapping).filter((id) => !ids.includes(Number(id)));
  if (unknown.length > 0)
    throw new UsageError(
      `The source has no user ${unknown.join(', ')}, whom --map-user names. It has: ${ids.join(', ') || 'none'}.`,
    );
  const targets = new Map(ids.map((id) => [id, mapping[id] ?? id]));
  for (const id of ids) {
    const target = targets.get(id)!;
    const others = ids.filter((other) => other !== id && targets.get(other) === target);
    // Nobody's memories become another's because only one of the two was thought of.
    if (others.length > 0 && mapping[id] === undefined)
      throw new UsageError(
        `Users ${[id, ...others].join(' and ')} of the source would become one, user ${target}. If that is meant, say ` +
          `so: --map-user ${id}=${target}. Otherwise map user ${others.join(' and ')} to an id that is free.`,
      );
  }
  return targets;
}
