import { LRUCache } from 'lru-cache';

/**
 * Remembers the vectors of the questions asked last, by their exact text. The same question asked again while the
 * first is still being embedded shares its answer; a failure is not remembered.
 */
export class QuestionCache {
  private readonly vectors?: LRUCache<string, Promise<Float32Array>>;

  /** `size` questions; 0 remembers none. */
  constructor(
    size: number,
    private readonly onLookup: (hit: boolean) => void,
  ) {
    if (size > 0) this.vectors = new LRUCache({ max: size });
  }

  /** The caller's own copy, from memory or from `embed`. */
  async get(text: string, embed: () => Promise<Float32Array>): Promise<Float32Array> {
    const known = this.vectors?.get(text);
    this.onLookup(known !== undefined);
    const vector = known ?? this.remember(text, embed());
    return (await vector).slice();
  }

  private remember(text: string, vector: Promise<Float32Array>): Promise<Float32Array> {
    this.vectors?.set(text, vector);
    vector.catch(() => this.vectors?.delete(text));
    return vector;
  }
}
