import { UsageError } from '../../cli/exit-code';
import { userOfCollection } from '../../memory/imported-memory';
import type { JsonObject } from '../../memory/memory';
import { REGISTRY_COLLECTION } from '../../memory/chroma/chroma-registry';

/** A collection as a directory or a server names it. */
export interface NamedCollection {
  readonly name: string;
  readonly tenant: string;
  readonly database: string;
}

/** Which collections are migrated, and whose memories they hold. */
export interface CollectionChoice extends JsonObject {
  /** Empty: those of the service. */
  readonly collections: string[];
  readonly all: boolean;
  /** Whose memories everything is but what `wisdom_sessions_u<id>` says itself. */
  readonly userId: number;
}

export interface ChosenCollection<T> {
  readonly collection: T;
  /** What ids are derived from: two of one name in two databases are two. */
  readonly name: string;
  readonly userId: number;
}

/**
 * The collections to migrate, those of the service first: they keep their external ids.
 *
 * @throws UsageError where one that was named is not there.
 */
export function chooseCollections<T extends NamedCollection>(
  collections: readonly T[],
  choice: CollectionChoice,
): { readonly chosen: ChosenCollection<T>[]; readonly leftOut: string[] } {
  const known = collections
    .filter((collection) => !isRegistry(collection))
    .map((collection) => ({ collection, name: nameOf(collection) }));
  const missing = choice.collections.filter((wanted) => !known.some(({ name }) => name === wanted));
  if (missing.length > 0)
    throw new UsageError(
      `There is no collection ${missing.join(', ')}. There are: ${known.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  const chosen = known
    .filter(({ name }) => isChosen(name, choice))
    .map(({ collection, name }) => ({ collection, name, userId: userOf(name, choice) }));
  const leftOut = known.filter(({ name }) => !isChosen(name, choice)).map(({ name }) => name);
  return { chosen: chosen.sort(byRank), leftOut };
}

/** Where a server of ours keeps its projects. */
export function isRegistry(collection: NamedCollection): boolean {
  return nameOf(collection) === REGISTRY_COLLECTION;
}

function isChosen(name: string, { collections, all }: CollectionChoice): boolean {
  if (all) return true;
  return collections.length > 0 ? collections.includes(name) : userOfCollection(name) !== undefined;
}

function userOf(name: string, { userId }: CollectionChoice): number {
  return name === 'wisdom_sessions' ? userId : (userOfCollection(name) ?? userId);
}

/** The original knew only the default place; what has the same name elsewhere is another collection. */
function nameOf({ name, tenant, database }: NamedCollection): string {
  const isUsual = tenant === 'default_tenant' && database === 'default_database';
  return isUsual ? name : `${tenant}/${database}/${name}`;
}

function byRank(a: ChosenCollection<unknown>, b: ChosenCollection<unknown>): number {
  return rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : Number(a.name > b.name));
}

function rankOf({ name }: ChosenCollection<unknown>): number {
  return userOfCollection(name) ?? Infinity;
}
