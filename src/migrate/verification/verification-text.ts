import {
  CollectionVerification,
  Difference,
  DIFFERENCES,
  Differing,
  SWAP_TOLERANCE,
  Verification,
  VerifiedMemory,
} from './verification';

/** What is wrong, in words. */
const MEANING: Record<Difference, string> = {
  missing: 'not in the target',
  text: 'with another text',
  metadata: 'with other metadata',
  fields: 'with other fields (session, type, project, speaker, times or external id)',
  vectors: 'with other vectors',
  copies: 'whose fields beside the vectors are not their own, so that filtered searches go wrong',
  surplus: 'marked as written by this run, but not in the source',
};

const OVERWRITE =
  'Something other than this service wrote there. Run the same command with --on-conflict overwrite to write them anew.';

/** Beside what a run found there in another version: no failure, but not what the source says either. */
const TO_OVERWRITE = '    To have them as in the source: the same command with --on-conflict overwrite.';

/** What to do about it. */
const REMEDY: Record<Difference, string> = {
  missing:
    'Run the same command again: it brings what is not there. Deleted on purpose? Then nothing is wrong.',
  text: OVERWRITE,
  metadata: OVERWRITE,
  fields: OVERWRITE,
  vectors: OVERWRITE,
  copies: OVERWRITE,
  surplus:
    'Deleted in the source meanwhile? Then nothing is wrong. Else look at them, and delete them by their ids.',
};

/** A verification for people. */
export function verificationText(verification: Verification, runId: string): string {
  const { passed, collections, differences, left, vectors, nearest } = verification;
  return [
    'Compared with the source:',
    ...collections.map(collectionLine),
    `  Text and metadata: ${digestLine(verification)}`,
    `  Vectors: ${number(vectors.compared)} compared${lowest(vectors.lowestCosine)}${notInSource(vectors.notInSource)}`,
    `  The nearest ten of ${number(nearest.samples)} samples: ${nearestLine(nearest)}`,
    ...(left.count > 0 ? [`  There before, otherwise, and left so: ${namesOf(left)}`, TO_OVERWRITE] : []),
    ...DIFFERENCES.flatMap((kind) => (differences[kind] ? differenceLines(kind, differences[kind]) : [])),
    ...nearestLines(nearest),
    passed
      ? 'Verified: everything is there.'
      : `The verification FAILED. To take all of it back: --rollback ${runId}`,
  ].join('\n');
}

function collectionLine(collection: CollectionVerification): string {
  const { name, userId, memories, same, changedSince, leftAsTheyWere, rejected, expired } = collection;
  const besides: readonly [number, string][] = [
    [changedSince, 'changed by the service since'],
    [leftAsTheyWere, 'there before, otherwise, and left so'],
    [rejected, 'rejected'],
    [expired, 'expired'],
  ];
  const shown = besides.filter(([count]) => count > 0).map(([count, what]) => `, ${number(count)} ${what}`);
  return `  ${name}, user ${userId}: ${number(same)} of ${number(memories)} as in the source${shown.join('')}`;
}

function digestLine({ digests }: Verification): string {
  const [source, target] = [digests.source, digests.target].map((digest) => digest.slice(0, 16));
  return source === target
    ? `sha256 ${source}... on both sides`
    : `sha256 ${source}... there, ${target}... here`;
}

function lowest(cosine: number | null): string {
  return cosine === null ? '' : `, lowest cosine ${cosine.toFixed(9)}`;
}

function notInSource(count: number): string {
  return count === 0 ? '' : `; of ${number(count)} the source has none`;
}

function nearestLine({ samples, differing }: Verification['nearest']): string {
  if (samples === 0) return 'there is nothing to ask for';
  if (differing.count > 0) return `${number(differing.count)} are others than by brute force over the source`;
  return `the same as by brute force over the source (swaps within ${SWAP_TOLERANCE} of cosine aside)`;
}

function differenceLines(kind: Difference, differing: Differing): string[] {
  const memories = differing.count === 1 ? 'memory' : 'memories';
  return [
    `  ${number(differing.count)} ${memories} ${MEANING[kind]}: ${namesOf(differing)}`,
    `    ${REMEDY[kind]}`,
  ];
}

function namesOf({ count, examples }: Differing): string {
  return examples.map(nameOf).join(', ') + (count > examples.length ? ', ...' : '');
}

function nearestLines({ differing: { count, examples } }: Verification['nearest']): string[] {
  const [first] = examples;
  if (!first) return [];
  return [
    `  The nearest of ${nameOf(first.memory)} should be ${first.expected.join(', ')}, but are ${first.found.join(', ')}.`,
    ...(count > 1
      ? [
          `    So it is with ${examples
            .slice(1)
            .map(({ memory }) => nameOf(memory))
            .join(', ')}.`,
        ]
      : []),
    '    If nothing else differs: REINDEX INDEX wisdom_memory.memory_vectors_search, then run the same command again.',
  ];
}

/** As it can be asked for through the API, and found in the source. */
function nameOf({ userId, id, recordId, collection }: VerifiedMemory): string {
  const there = recordId === null ? '' : ` (${JSON.stringify(recordId)} of ${collection})`;
  return `${id} of user ${userId}${there}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
