import stemEnglish from 'wink-porter2-stemmer';
import type { TextSearchLanguage } from '../config/app-config';
import { chunkTexts } from './chunk-texts';
import { ENGLISH_STOP_WORDS } from './english-stop-words';

/** What a search by words needs to know of one chunk. */
export interface ChunkWords {
  /** How often each lexeme is in it, up to `MOST_COUNTED`. */
  readonly counts: ReadonlyMap<string, number>;
  /** Whether it ends in a question mark. */
  readonly asks: boolean;
}

/** Letters, marks and digits; joined by hyphens they are a word together, too. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*/gu;

/** In UTF-16 units. Longer ones are data rather than words, and PostgreSQL takes no lexeme of 2,047 bytes. */
const LONGEST_WORD = 128;

/** Stemming takes 10 µs a word, looking it up a fraction of one; a language in use has some ten thousand words. */
const REMEMBERED_WORDS = 50_000;

/** PostgreSQL does not stem what has digits in it; this stemmer would take the 3 of 2023 for a letter of its own. */
const DIGIT = /\p{N}/u;

/** As PostgreSQL counts. Being there more often tells nothing anyway. */
const MOST_COUNTED = 255;

/**
 * A change of what an analysis makes of any text takes another version, by which databases know that their words are to be
 * rewritten, and another mark, which begins its lexemes and no word: those of two analyses are never taken for the same.
 */
const ANALYSES: Record<TextSearchLanguage, { readonly version: number; readonly mark: string }> = {
  english: { version: 1, mark: '' },
  simple: { version: 1, mark: '=' },
};

const ENDS_IN_QUESTION = /\?\s*$/;

/**
 * Makes texts into lexemes, what words are compared by: one analysis for questions and memories on every backend. `english`
 * agrees with PostgreSQL's configuration of that name about the words of a text (Snowball's English stemmer, the same stop
 * words); `simple` takes the words of any language as they are, in lower case, behind a mark of its own.
 */
export class WordAnalysis {
  /** What a database notes beside the words, such as `english/1`. */
  readonly name: string;
  private readonly mark: string;
  /** What each word became; null of a stop word. */
  private readonly lexemesByWord = new Map<string, string | null>();

  constructor(private readonly language: TextSearchLanguage) {
    const { version, mark } = ANALYSES[language];
    this.name = `${language}/${version}`;
    this.mark = mark;
  }

  /** The lexemes of a text in their order, as often as they are there; none of a text of stop words or signs alone. */
  lexemes(text: string): string[] {
    const lexemes: string[] = [];
    for (const word of text.normalize('NFKC').toLowerCase().match(WORD) ?? [])
      for (const part of word.includes('-') ? [word, ...word.split('-')] : [word]) {
        const lexeme = part.length > LONGEST_WORD ? null : this.lexemeOf(part);
        if (lexeme !== null) lexemes.push(lexeme);
      }
    return lexemes;
  }

  /** The words of each chunk of a memory, in order (see `chunkTexts`). */
  wordsOf(content: string, chunks: number): ChunkWords[] {
    return chunkTexts(content, chunks).map((text) => ({
      counts: counted(this.lexemes(text)),
      asks: ENDS_IN_QUESTION.test(text.slice(-LONGEST_WORD)),
    }));
  }

  private lexemeOf(word: string): string | null {
    const known = this.lexemesByWord.get(word);
    if (known !== undefined) return known;
    // Begun anew when it is full: to keep the latest would cost as much as it saves.
    if (this.lexemesByWord.size >= REMEMBERED_WORDS) this.lexemesByWord.clear();
    const analysed = this.analysed(word);
    const lexeme = analysed === null ? null : this.mark + analysed;
    this.lexemesByWord.set(word, lexeme);
    return lexeme;
  }

  private analysed(word: string): string | null {
    if (this.language === 'simple') return word;
    if (ENGLISH_STOP_WORDS.has(word)) return null;
    return DIGIT.test(word) ? word : stemEnglish(word);
  }
}

function counted(lexemes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const lexeme of lexemes) counts.set(lexeme, Math.min(MOST_COUNTED, (counts.get(lexeme) ?? 0) + 1));
  return counts;
}
