import { EmbeddingModel } from '../../src/embedding/embedder';
import { DIMENSION } from './vectors';

/** The vector space of vectors that tests make up. */
export const TEST_MODEL: EmbeddingModel = {
  name: 'test-vectors',
  revision: '1',
  dimension: DIMENSION,
  pooling: 'mean',
  normalised: true,
  dtype: 'fp32',
};
