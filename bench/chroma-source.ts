import { ChromaDirectoryBuilder, UPSERT } from '../test/support/chroma-directory-builder';
import { unitVector } from '../test/support/vectors';

/** Records that one statement writes the metadata of. */
const PAGE = 1_000;

/** A directory as the original leaves it: previews of texts, five keys of metadata, vectors that nothing has indexed yet. */
export function chromaSource(records: number, texts: readonly string[]): ChromaDirectoryBuilder {
  const directory = new ChromaDirectoryBuilder();
  directory.sql('UPDATE collections SET dimension = 384').sql('BEGIN');
  for (let start = 1; start <= records; start += PAGE) {
    const numbers = Array.from({ length: Math.min(PAGE, records - start + 1) }, (_, i) => start + i);
    for (const number of numbers)
      directory
        .queue(UPSERT, idOf(number), Buffer.from(unitVector(number).buffer))
        .metadataOnly(idOf(number), null);
    const entries = numbers.flatMap((number) => entriesOf(number, texts[number % texts.length]!));
    directory.sql(
      `INSERT INTO embedding_metadata (id, key, string_value, int_value)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
      JSON.stringify(entries),
    );
  }
  directory.sql('COMMIT').watermark('metadata', records).done();
  return directory;
}

function idOf(number: number): string {
  return `conv_${String(number).padStart(3, '0')}`;
}

function entriesOf(number: number, text: string): [number, string, string | null, number | null][] {
  return [
    [number, 'chroma:document', text.slice(0, 500), null],
    [number, 'type', 'conversation', null],
    [number, 'session_id', null, number],
    [number, 'session_type', 'wisdom_and_learning', null],
    [number, 'project', `Project ${number % 7}`, null],
    [number, 'date', '2025-02-02', null],
  ];
}
