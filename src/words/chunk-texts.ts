import { CHUNK_OVERLAP, CHUNK_TOKENS } from '../embedding/chunk-windows';

/** How much longer a chunk is than the way to the next one. */
const SIZE_OF_STRIDE = CHUNK_TOKENS / (CHUNK_TOKENS - CHUNK_OVERLAP);

/** Where no white space comes for so long, a text is cut anywhere. */
const LONGEST_WORD = 128;

/**
 * About the texts that the vectors of a memory were made of. Where the model cut a text is known to its tokenizer only, and of
 * what was imported to nobody: here the pieces are of equal length and overlap as chunks do. Every word is whole in at
 * least one; two chunks that disagree about a word lend it to each other as neighbours anyway.
 *
 * @param chunks at least 1.
 */
export function chunkTexts(text: string, chunks: number): string[] {
  const stride = text.length / (chunks - 1 + SIZE_OF_STRIDE);
  return Array.from({ length: chunks }, (_, chunk) => {
    const start = chunk === 0 ? 0 : wordEnd(text, chunk * stride);
    const end = chunk === chunks - 1 ? text.length : wordEnd(text, chunk * stride + stride * SIZE_OF_STRIDE);
    return text.slice(start, end);
  });
}

/** The first white space or end of the text from a position on; the position itself where neither is near. */
function wordEnd(text: string, position: number): number {
  const from = Math.floor(position);
  const distance = text.slice(from, from + LONGEST_WORD).search(/\s|$/);
  return from + distance < text.length && distance === LONGEST_WORD ? from : from + distance;
}
