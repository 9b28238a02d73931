/** The shipped model, which is also that of the original, as `EmbeddingModel` names it. */
export const SHIPPED_MODEL = 'all-MiniLM-L6-v2';

/** Numbers in its vectors. */
export const SHIPPED_DIMENSION = 384;
