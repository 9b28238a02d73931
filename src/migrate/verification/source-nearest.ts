import { NEAREST } from './verification';

/** A vector whose nearest are looked for. */
export interface Question {
  readonly userId: number;
  readonly vector: Float32Array;
  /** Memories whose similarity is wanted however far they are. */
  readonly wanted: readonly string[];
}

export interface NearestInSource {
  /** The nearest, by falling similarity. */
  readonly ids: readonly string[];
  readonly similarities: readonly number[];
  /** Of the wanted ones that were seen. */
  readonly similarityOf: ReadonlyMap<string, number>;
}

/**
 * The nearest of each question by brute force over memories that pass by one at a time: what it keeps does not grow with
 * their number.
 */
export class SourceNearest {
  private readonly users = new Map<number, UserQuestions>();
  private readonly places: readonly { readonly of: UserQuestions; readonly place: number }[];

  constructor(questions: readonly Question[]) {
    const asked = new Map<number, Question[]>();
    const places = questions.map((question) => {
      const sameUser = asked.get(question.userId) ?? [];
      asked.set(question.userId, sameUser);
      return { userId: question.userId, place: sameUser.push(question) - 1 };
    });
    for (const [userId, ofUser] of asked) this.users.set(userId, new UserQuestions(ofUser));
    this.places = places.map(({ userId, place }) => ({ of: this.users.get(userId)!, place }));
  }

  /** @param vectors one per chunk, of length 1: a memory is as near as its nearest chunk. */
  add(userId: number, id: string, vectors: readonly Float32Array[]): void {
    if (vectors.length > 0) this.users.get(userId)?.add(id, vectors);
  }

  /** In the order of the questions. */
  get answers(): NearestInSource[] {
    return this.places.map(({ of, place }) => of.answer(place));
  }
}

/** The questions of one user, their vectors side by side. */
class UserQuestions {
  private readonly dimension: number;
  private readonly vectors: Float32Array;
  private readonly similarities: Float64Array;
  private readonly best: { readonly ids: string[]; readonly similarities: number[] }[];
  private readonly found: Map<string, number>[];
  private readonly wantedBy = new Map<string, number[]>();

  constructor(questions: readonly Question[]) {
    this.dimension = questions[0]!.vector.length;
    this.vectors = new Float32Array(questions.length * this.dimension);
    this.similarities = new Float64Array(questions.length);
    this.best = questions.map(() => ({ ids: [], similarities: [] }));
    this.found = questions.map(() => new Map<string, number>());
    for (const [i, { vector, wanted }] of questions.entries()) {
      this.vectors.set(vector, i * this.dimension);
      for (const id of wanted) this.wantedBy.set(id, [...(this.wantedBy.get(id) ?? []), i]);
    }
  }

  add(id: string, chunks: readonly Float32Array[]): void {
    const { similarities } = this;
    similarities.fill(-Infinity);
    for (const chunk of chunks) this.compare(chunk);
    for (let i = 0; i < similarities.length; i++) this.insert(i, id, similarities[i]!);
    for (const i of this.wantedBy.get(id) ?? []) this.found[i]!.set(id, similarities[i]!);
  }

  answer(place: number): NearestInSource {
    return { ...this.best[place]!, similarityOf: this.found[place]! };
  }

  /** Four sums at a time do not wait for each other: 200 questions of 384 numbers take 80 µs. */
  private compare(chunk: Float32Array): void {
    const { vectors, similarities, dimension } = this;
    const whole = dimension - (dimension % 4);
    for (let i = 0, start = 0; i < similarities.length; i++, start += dimension) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < whole; k += 4) {
        a += chunk[k]! * vectors[start + k]!;
        b += chunk[k + 1]! * vectors[start + k + 1]!;
        c += chunk[k + 2]! * vectors[start + k + 2]!;
        d += chunk[k + 3]! * vectors[start + k + 3]!;
      }
      for (let k = whole; k < dimension; k++) a += chunk[k]! * vectors[start + k]!;
      const similarity = a + b + c + d;
      if (similarity > similarities[i]!) similarities[i] = similarity;
    }
  }

  private insert(place: number, id: string, similarity: number): void {
    const { ids, similarities } = this.best[place]!;
    if (ids.length === NEAREST && similarity <= similarities[NEAREST - 1]!) return;
    let at = similarities.length;
    while (at > 0 && similarities[at - 1]! < similarity) at--;
    ids.splice(at, 0, id);
    similarities.splice(at, 0, similarity);
    if (ids.length > NEAREST) {
      ids.pop();
      similarities.pop();
    }
  }
}
