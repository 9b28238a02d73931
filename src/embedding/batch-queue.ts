/** Questions go before documents: somebody waits for their answer. */
export type Lane = 'question' | 'document';

/**
 * Tokens that a member may be padded by. To run the model once more takes as long as 8 to 22 tokens do (without VNNI, with
 * it); without this bound 16 stores or searches at a time take 10 to 20 % longer.
 */
const MOST_PADDING = 16;

/**
 * For so many batches of documents after one of questions, a third of a second, these stay small: another question is
 * likely, and waits for the batch that runs.
 */
const EXPECTING_QUESTIONS = 40;

/**
 * What waits for the model, and what it should work on next.
 *
 * A batch costs its longest member times its members (all are padded to the longest), at most `budget` tokens unless
 * one alone is longer, and no member is much shorter than another. It is of one lane: the questions', but never twice
 * in a row while documents wait, so that neither lane starves. The one that has waited longest is always in it, with
 * those nearest to its length. While questions come, documents get `besideQuestions` tokens: a question that arrives
 * waits for the batch that runs.
 */
export class BatchQueue<T> {
  private readonly lanes: Record<Lane, Waiting<T>[]> = { question: [], document: [] };
  private last: Lane = 'document';
  private arrivals = 0;
  private documentBatches = EXPECTING_QUESTIONS;

  constructor(
    private readonly budget: number,
    private readonly besideQuestions = budget,
  ) {}

  get size(): number {
    return this.lanes.question.length + this.lanes.document.length;
  }

  push(lane: Lane, item: T, tokens: number): void {
    const waiting = this.lanes[lane];
    waiting.splice(indexByTokens(waiting, tokens), 0, { item, tokens, arrival: this.arrivals++ });
  }

  /** Takes the next batch, ascending in length; empty if nothing waits. */
  next(): T[] {
    const { question, document } = this.lanes;
    const questionsTurn = question.length > 0 && (this.last === 'document' || document.length === 0);
    this.last = questionsTurn ? 'question' : 'document';
    const waiting = this.lanes[this.last];
    const [from, to] = this.runAround(waiting, indexOfOldest(waiting), this.budgetOf(this.last));
    this.documentBatches = questionsTurn ? 0 : this.documentBatches + 1;
    return waiting.splice(from, to - from).map(({ item }) => item);
  }

  private budgetOf(lane: Lane): number {
    const expecting = this.documentBatches < EXPECTING_QUESTIONS;
    return lane === 'document' && expecting ? this.besideQuestions : this.budget;
  }

  /** The longest run of neighbours in length around `index` that the budget allows, as [from, to). */
  private runAround(
    waiting: readonly Waiting<T>[],
    index: number,
    budget: number,
  ): [from: number, to: number] {
    const oldest = waiting[index]?.tokens ?? 0;
    let from = index;
    let to = Math.min(index + 1, waiting.length);
    for (;;) {
      const shorter = waiting[from - 1]?.tokens;
      const longer = waiting[to]?.tokens;
      const fits = (least: number, most: number) =>
        most - least <= MOST_PADDING && most * (to - from + 1) <= budget;
      const takesShorter = shorter !== undefined && fits(shorter, waiting[to - 1]!.tokens);
      const takesLonger = longer !== undefined && fits(waiting[from]!.tokens, longer);
      if (takesShorter && (!takesLonger || oldest - shorter <= longer - oldest)) from--;
      else if (takesLonger) to++;
      else return [from, to];
    }
  }
}

interface Waiting<T> {
  readonly item: T;
  readonly tokens: number;
  readonly arrival: number;
}

function indexByTokens(sorted: readonly Waiting<unknown>[], tokens: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.tokens <= tokens) low = middle + 1;
    else high = middle;
  }
  return low;
}

function indexOfOldest(waiting: readonly Waiting<unknown>[]): number {
  let oldest = 0;
  for (let index = 1; index < waiting.length; index++)
    if (waiting[index]!.arrival < waiting[oldest]!.arrival) oldest = index;
  return oldest;
}
