import { setImmediate as nextTurn } from 'node:timers/promises';
import { DamagedDirectoryError, DirectoryChangedError } from './chroma-directory.errors';
import { ChromaRecord, recordOf, VectorPlace } from './chroma-record';
import { CollectionSegments } from './collection-catalog';
import { explanation } from './open-source';
import { RecordPages } from './record-pages';
import { SourceFiles } from './source-files';
import { SqliteSource, SqliteStatement } from './sqlite-source';
import { UnappliedRecords } from './unapplied-records';
import { VectorPlaces } from './vector-places';
import { VectorReader } from './vector-reader';

export interface ReadingParts {
  readonly files: SourceFiles;
  /** Of the files before anything was read. */
  readonly state: string;
  readonly source: SqliteSource;
  readonly mayChange: boolean;
  readonly collection: { readonly name: string; readonly count: number };
  readonly segments: CollectionSegments;
  readonly places: VectorPlaces;
}

/** One collection of a directory, being read. */
export class CollectionReading {
  private readonly vectors: VectorReader;
  private readonly unapplied: UnappliedRecords;
  private readonly placeOf: SqliteStatement;

  constructor(private readonly parts: ReadingParts) {
    const { source, segments, places } = parts;
    this.vectors = new VectorReader(source, places);
    this.unapplied = new UnappliedRecords(source, segments);
    this.placeOf = source.prepare(
      `SELECT +e.id, p.element, p.queue_row FROM embeddings e LEFT JOIN ${places.table} p ON p.record = e.id
       WHERE e.segment_id = ? AND e.embedding_id = ?`,
    );
  }

  /** See `ChromaDirectory.records`. Once. */
  async *records(after?: number): AsyncGenerator<ChromaRecord, void, undefined> {
    const { files, state, mayChange, collection } = this.parts;
    let found = 0;
    try {
      for await (const record of this.pages(after)) {
        found++;
        yield record;
      }
    } catch (error) {
      throw explanation(files.path, error);
    }
    if (!mayChange && files.state() !== state) throw new DirectoryChangedError(files.path);
    if (after === undefined && found !== collection.count)
      throw new DamagedDirectoryError(
        files.path,
        `${collection.name} counts ${collection.count} records but has ${found}`,
      );
  }

  /** The vector of a record, or why there is none; undefined where there is no such record. */
  vectorOf(id: string): Float32Array | string | undefined {
    try {
      const place = this.unapplied.vectorOf(id) ?? this.storedPlace(id)?.place;
      return place && this.vectors.read(place);
    } catch (error) {
      throw explanation(this.parts.files.path, error);
    }
  }

  close(): void {
    const { places, source } = this.parts;
    places.index?.close();
    if (source.isOpen) source.execute(`DROP TABLE ${places.table}`);
  }

  private async *pages(after: number | undefined): AsyncGenerator<ChromaRecord, void, undefined> {
    const { source, segments, places } = this.parts;
    const pages = new RecordPages(source, segments, places.table, after);
    for (let page = pages.next(); page.length > 0; page = pages.next()) {
      this.vectors.turnTo(page[0]!.position!, page.at(-1)!.position!);
      for (const head of page) {
        const current = this.unapplied.apply(head);
        if (current) yield recordOf(current, this.vectors.read(current.vector));
      }
      await nextTurn();
    }
    const wasReadEarlier = (id: string) =>
      after !== undefined && (this.storedPlace(id)?.position ?? Infinity) <= after;
    for (const head of this.unapplied.created(wasReadEarlier))
      yield recordOf(head, this.vectors.read(head.vector));
  }

  private storedPlace(id: string): { readonly position: number; readonly place: VectorPlace } | undefined {
    const [row] = this.placeOf.rows(this.parts.segments.metadataSegment, id);
    if (!row) return undefined;
    const [position, element, queueRow] = row as readonly [number, number | null, number | null];
    return { position, place: { element, queueRow } };
  }
}
