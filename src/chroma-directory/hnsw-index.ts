import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EndOfFileError, FileReader } from './file-reader';
import { PickledEntry, PickleError, pickledEntries } from './pickled-dictionaries';

/** An index file that is missing, cut off or not what it should be. The message fits behind `no vector: `. */
export class IndexDamagedError extends Error {}

/** What `index_metadata.pickle` says, one fact after the other. */
export type IndexFact =
  | { readonly kind: 'label'; readonly recordId: string; readonly label: number }
  /** Up to where the index has applied the queue; written here only before 0.5. */
  | { readonly kind: 'watermark'; readonly sequence: number };

/** Where things are in `data_level0.bin`: elements side by side, each with its links, its vector and its label. */
interface Layout {
  readonly elements: number;
  readonly elementBytes: number;
  readonly labelOffset: number;
  readonly vectorOffset: number;
}

/** Of the folder that an index is in, beside the database. */
export const INDEX_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Says which records are in the index; ChromaDB writes it after the others. */
export const METADATA_FILE = 'index_metadata.pickle';
/** The vectors. */
export const DATA_FILE = 'data_level0.bin';
export const HEADER_FILE = 'header.bin';
const HEADER_BYTES = 4 + 6 * 8;
const LABEL_BYTES = 8;

/** Whether the folder of a vector segment holds an index. Before the first 1,000 records all vectors are in the queue. */
export function hasIndex(folder: string): boolean {
  return existsSync(join(folder, METADATA_FILE));
}

/** Labels of the records in the index, as long as `index_metadata.pickle` can be read. */
export function* indexFacts(folder: string): Generator<IndexFact> {
  const file = openedFile(folder, METADATA_FILE);
  try {
    for (const entry of pickledEntries(file)) {
      const fact = factOf(entry);
      if (fact !== undefined) yield fact;
    }
  } catch (error) {
    if (error instanceof PickleError || error instanceof EndOfFileError)
      throw new IndexDamagedError(`${METADATA_FILE} ${error.message}`, { cause: error });
    throw error;
  } finally {
    file.close();
  }
}

function factOf({ of, key, value }: PickledEntry): IndexFact | undefined {
  if (of === '' && key === 'max_seq_id' && typeof value === 'number')
    return { kind: 'watermark', sequence: value };
  if (of !== 'id_to_label') return undefined;
  if (typeof key !== 'string' || typeof value !== 'number')
    throw new PickleError('holds labels that are no numbers');
  return { kind: 'label', recordId: key, label: value };
}

/** The vectors of an index, by place. */
export class HnswIndex {
  private constructor(
    private readonly data: FileReader,
    private readonly layout: Layout,
  ) {}

  /** @throws IndexDamagedError */
  static open(folder: string): HnswIndex {
    const layout = readLayout(folder);
    return new HnswIndex(openedFile(folder, DATA_FILE), layout);
  }

  /** Of `data_level0.bin`, from its beginning: the rest is room for more. */
  get usedBytes(): number {
    return this.layout.elements * this.layout.elementBytes;
  }

  /** What is wrong with the file as a whole; the elements before the damage can still be read. */
  get damage(): string | undefined {
    return this.data.size < this.usedBytes ? `${DATA_FILE} ends early` : undefined;
  }

  /** The label of each element that is there, in the order of their places 0, 1, ... */
  *labels(): Generator<number> {
    const { elements, elementBytes, labelOffset } = this.layout;
    const present = Math.min(elements, Math.floor(this.data.size / elementBytes));
    for (let place = 0; place < present; place++)
      yield Number(this.data.read(place * elementBytes + labelOffset, LABEL_BYTES).readBigUInt64LE());
  }

  vectorAt(place: number): Float32Array {
    const { elementBytes, labelOffset, vectorOffset } = this.layout;
    const bytes = this.data.read(place * elementBytes + vectorOffset, labelOffset - vectorOffset);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT);
  }

  close(): void {
    this.data.close();
  }
}

/** `header.bin`: int32 version, then uint64: level 0, capacity, elements, bytes of each, place of label and vector. */
function readLayout(folder: string): Layout {
  const file = openedFile(folder, HEADER_FILE);
  try {
    const header = file.take(HEADER_BYTES);
    const version = header.readInt32LE(0);
    const field = (index: number) => Number(header.readBigUInt64LE(4 + 8 * index));
    const layout = {
      elements: field(2),
      elementBytes: field(3),
      labelOffset: field(4),
      vectorOffset: field(5),
    };
    if (version !== 1 || !isPlausible(layout)) throw new IndexDamagedError(`${HEADER_FILE} makes no sense`);
    return layout;
  } catch (error) {
    if (error instanceof EndOfFileError) throw new IndexDamagedError(`${HEADER_FILE} ${error.message}`);
    throw error;
  } finally {
    file.close();
  }
}

function isPlausible({ elements, elementBytes, labelOffset, vectorOffset }: Layout): boolean {
  return (
    Number.isSafeInteger(elements * elementBytes) &&
    vectorOffset < labelOffset &&
    (labelOffset - vectorOffset) % Float32Array.BYTES_PER_ELEMENT === 0 &&
    labelOffset + LABEL_BYTES <= elementBytes
  );
}

function openedFile(folder: string, name: string): FileReader {
  try {
    return new FileReader(join(folder, name));
  } catch (error) {
    throw new IndexDamagedError(`${name} cannot be read (${(error as Error).message})`, { cause: error });
  }
}
