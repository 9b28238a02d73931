/** Tokens of a chunk: the model was trained on 256, of which two are the special ones around each text. */
export const CHUNK_TOKENS = 254;

/** Tokens that a chunk repeats of the one before, so that a sentence cut in two is whole in one of them. */
export const CHUNK_OVERLAP = 32;

/**
 * The windows over a text's tokens, in order: each at most `size` long and beginning with the last `overlap` tokens of
 * the one before, which must be less than `size`. Every token is in at least one; no tokens are one empty window.
 */
export function chunkWindows(
  tokens: readonly number[],
  size = CHUNK_TOKENS,
  overlap = CHUNK_OVERLAP,
): number[][] {
  const windows = [tokens.slice(0, size)];
  for (let start = size - overlap; start + overlap < tokens.length; start += size - overlap)
    windows.push(tokens.slice(start, start + size));
  return windows;
}
