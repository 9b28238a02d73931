import type { ChunkWords, WordAnalysis } from '../../../words/word-analysis';
import type { TenantEntry } from './tenant-entry';

/** What a chunk takes beside its lexemes, and each lexeme in it and back: 606 bytes measured with turns of 14 lexemes each. */
const CHUNK_BYTES = 240;
const POSTING_BYTES = 28;

/** A lexeme and where it is. */
interface Lexeme {
  readonly text: string;
  /** How many chunks have it. */
  chunks: number;
  /** Memories that have it, each once, and some that are gone. */
  entries: TenantEntry[];
}

/** The words of one chunk. */
interface IndexedChunk {
  readonly lexemes: readonly Lexeme[];
  /** How often each of them is in it. */
  readonly counts: readonly number[];
  readonly asks: boolean;
}

/** Which words are in which chunks of one user's memories, expired ones too as long as nobody removes them. */
export class WordIndex {
  /** How many there are. */
  chunks = 0;
  private postings = 0;
  private readonly lexemes = new Map<string, Lexeme>();
  private readonly words = new Map<TenantEntry, readonly IndexedChunk[]>();

  constructor(private readonly analysis: WordAnalysis) {}

  /** About what it takes. */
  get bytes(): number {
    return this.chunks * CHUNK_BYTES + this.postings * POSTING_BYTES;
  }

  add(entry: TenantEntry, content: string): void {
    const chunks = this.analysis.wordsOf(content, entry.chunks).map((words) => this.indexed(words));
    this.words.set(entry, chunks);
    for (const lexeme of new Set(chunks.flatMap(({ lexemes }) => lexemes))) lexeme.entries.push(entry);
    this.count(chunks, 1);
  }

  remove(entry: TenantEntry): void {
    const chunks = this.words.get(entry);
    if (!chunks) return;
    this.words.delete(entry);
    this.count(chunks, -1);
    for (const lexeme of new Set(chunks.flatMap(({ lexemes }) => lexemes))) this.tidy(lexeme);
  }

  /** How many chunks have a lexeme. */
  chunksWith(lexeme: string): number {
    return this.lexemes.get(lexeme)?.chunks ?? 0;
  }

  /** The memories that have a lexeme, each once. */
  *entriesWith(lexeme: string): Generator<TenantEntry> {
    for (const entry of this.lexemes.get(lexeme)?.entries ?? []) if (this.words.has(entry)) yield entry;
  }

  /** How often a lexeme is in a chunk of a memory. */
  countIn(entry: TenantEntry, chunk: number, lexeme: string): number {
    const known = this.lexemes.get(lexeme);
    const words = this.words.get(entry)?.[chunk];
    return (known && words?.counts[words.lexemes.indexOf(known)]) ?? 0;
  }

  /** Whether a chunk ends in a question mark. */
  asks(entry: TenantEntry, chunk: number): boolean {
    return this.words.get(entry)?.[chunk]?.asks ?? false;
  }

  private indexed({ counts, asks }: ChunkWords): IndexedChunk {
    return {
      lexemes: [...counts.keys()].map((text) => this.lexeme(text)),
      counts: [...counts.values()],
      asks,
    };
  }

  private lexeme(text: string): Lexeme {
    const known = this.lexemes.get(text);
    if (known) return known;
    const lexeme = { text, chunks: 0, entries: [] };
    this.lexemes.set(text, lexeme);
    return lexeme;
  }

  private count(chunks: readonly IndexedChunk[], sign: 1 | -1): void {
    this.chunks += sign * chunks.length;
    for (const { lexemes } of chunks) {
      this.postings += sign * lexemes.length;
      for (const lexeme of lexemes) lexeme.chunks += sign;
    }
  }

  /** Lets go of the memories that are gone, once these are as many as the others. */
  private tidy(lexeme: Lexeme): void {
    if (lexeme.chunks === 0) this.lexemes.delete(lexeme.text);
    else if (lexeme.entries.length > 2 * lexeme.chunks)
      lexeme.entries = lexeme.entries.filter((entry) => this.words.has(entry));
  }
}
