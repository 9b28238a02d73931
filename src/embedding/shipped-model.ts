/** Numbers in a vector of the shipped model, which is also that of the original. */
export const SHIPPED_DIMENSION = 384;
