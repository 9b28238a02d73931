import { Rejects } from '../../reject-tally';
import { AdoptionRecord, readAdoptionRecord } from './adoption-record';

/** Brings what was written to the original later. */
export const ADOPT_COMMAND = 'npm run cli -- adopt-chroma';

/**
 * What whoever runs the service should know about a directory that is a copy: a few sentences. Undefined of any other.
 *
 * @param growth of the original, if there is something to say.
 */
export function adoptionRemark(directory: string, growth?: string): string | undefined {
  const record = readAdoptionRecord(directory);
  return record && [...sentencesOf(record, directory), ...(growth ? [growth] : [])].join(' ');
}

function sentencesOf(
  { source, writtenBy, collections, leftOut }: AdoptionRecord,
  directory: string,
): string[] {
  const memories = sum(collections.map((collection) => collection.memories));
  const withoutDirection = sum(collections.map((collection) => collection.withoutDirection));
  return [
    `The ${counted(memories, 'memory', 'memories')} of ${source} (ChromaDB ${writtenBy}) are served from their copy ` +
      `${directory}; the original stays as it is.`,
    ...collections.filter(({ notCopied }) => notCopied.length > 0).map(notCopiedSentence),
    ...(withoutDirection > 0
      ? [
          `${counted(withoutDirection, 'memory has', 'memories have')} a zero vector and cannot be found by meaning.`,
        ]
      : []),
    ...(leftOut.length > 0
      ? [`Left out, because they hold no memories of the service: ${leftOut.join(', ')}.`]
      : []),
  ];
}

function notCopiedSentence({ name, notCopied }: AdoptionRecord['collections'][number]): string {
  const records = sum(notCopied.map(({ count }) => count));
  return `${counted(records, 'record', 'records')} of ${name} cannot be served: ${notCopied.map(rejectsText).join('; ')}.`;
}

function rejectsText({ count, reason, example }: Rejects): string {
  return `${count} x ${reason}, such as ${JSON.stringify(example)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
