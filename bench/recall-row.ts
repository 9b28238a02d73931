import type { Row } from './benchmark';
import { mean } from './measure';

export const DEPTHS = [5, 10, 20] as const;
export const DEEPEST = Math.max(...DEPTHS);

/** What was found for a question, best first, and what answers it. */
export interface Found {
  readonly category: string;
  readonly evidence: readonly string[];
  readonly results: readonly string[];
}

/** The fractions of the evidence among the first results, averaged over the questions. */
export function recallRow(what: string, found: readonly Found[], goal = ''): Row {
  const figures = DEPTHS.map((depth) => [`recall@${depth}`, mean(found.map((each) => recall(each, depth)))]);
  return { what, unit: '', measured: Object.fromEntries(figures) as Record<string, number>, goal };
}

/** The same for all of them and then for each kind of question. */
export function recallRows(what: string, found: readonly Found[], goal: string): Row[] {
  const categories = [...new Set(found.map(({ category }) => category))].sort();
  return [
    recallRow(what, found, goal),
    ...categories.map((category) => {
      const ofCategory = found.filter((each) => each.category === category);
      return recallRow(`${what}, ${ofCategory.length} questions about ${category}`, ofCategory);
    }),
  ];
}

function recall({ evidence, results }: Found, depth: number): number {
  const first = new Set(results.slice(0, depth));
  return evidence.filter((id) => first.has(id)).length / evidence.length;
}
