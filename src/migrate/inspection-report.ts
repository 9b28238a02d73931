import { ChromaDirectory } from '../chroma-directory/chroma-directory';
import { Rejects } from '../memory/reject-tally';
import { CollectionInspection } from './inspection';

type InspectedDirectory = Pick<ChromaDirectory, 'path' | 'generation'>;

/** The inspection for programs; part of what the command promises. */
export function inspectionJson(
  { path, generation }: InspectedDirectory,
  inspections: readonly CollectionInspection[],
): string {
  const collections = inspections.map(({ collection, userId, migrates, rejects }) => ({
    name: collection.name,
    tenant: collection.tenant,
    database: collection.database,
    space: collection.space,
    dimension: collection.dimension,
    count: collection.count,
    user_id: userId ?? null,
    migrates,
    rejects,
  }));
  const report = {
    path,
    written_by: generation.writtenBy,
    newer_than_known: generation.newerThanKnown,
    migrations: generation.migrations,
    collections,
  };
  return JSON.stringify(report, undefined, 2);
}

/** The inspection for people. */
export function inspectionText(
  { path, generation }: InspectedDirectory,
  inspections: readonly CollectionInspection[],
): string {
  const { sysdb, metadb, embeddings_queue } = generation.migrations;
  const head = [
    path,
    `Written by ChromaDB ${generation.writtenBy} (sysdb ${sysdb}, metadb ${metadb}, embeddings_queue ${embeddings_queue}).`,
    ...(generation.newerThanKnown
      ? ['That is newer than this program knows; what follows is what it could read.']
      : []),
    inspections.length === 0 ? 'It holds no collections.' : '',
  ];
  return [...head, ...inspections.flatMap(collectionLines)].join('\n').trimEnd();
}

function collectionLines(inspection: CollectionInspection): string[] {
  const { collection, migrates, rejects } = inspection;
  const { name, count, dimension, space } = collection;
  const shape = dimension === null ? space : `${space}, ${dimension} dimensions`;
  return [
    `${name}: ${counted(count, 'record')}, ${shape}${placeOf(inspection)}`,
    `  ${ownerOf(inspection)}`,
    ...(count === 0
      ? []
      : [`  ${number(migrates)} can migrate to PostgreSQL, ${number(count - migrates)} cannot`]),
    ...rejects.map(rejectLine),
    '',
  ];
}

/** Only where it is not the one that everybody has. */
function placeOf({ collection: { tenant, database } }: CollectionInspection): string {
  const usual = tenant === 'default_tenant' && database === 'default_database';
  return usual ? '' : `, in database ${database} of tenant ${tenant}`;
}

function ownerOf({ userId }: CollectionInspection): string {
  return userId === undefined
    ? 'no collection of memories: left out unless asked for'
    : `memories of user ${userId}`;
}

function rejectLine({ reason, count, example }: Rejects): string {
  return `    ${number(count)} x ${reason}, such as ${JSON.stringify(example)}`;
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
