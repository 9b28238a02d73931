import { Memory, SearchHit } from './memory';
import { byOccurrence } from './stored-memory';

/** Text for a prompt and the memories in it, both in the order they were said. */
export interface PromptContext<Hit extends SearchHit = SearchHit> {
  readonly text: string;
  readonly hits: readonly Hit[];
  readonly tokens: number;
}

/** Tokens of the time that every line begins with: with fewer left there is no use in looking further. */
const SHORTEST_LINE = 9;

type CountTokens = (texts: readonly string[]) => Promise<number[]>;

/**
 * As many of the memories as fit into `maxTokens`, the best first, whole: one that does not fit is left out and
 * the next tried. If not even one fits, the beginning of the best one, marked by `…`.
 *
 * @param hits best first.
 */
export async function promptContext<Hit extends SearchHit>(
  hits: readonly Hit[],
  maxTokens: number,
  countTokens: CountTokens,
): Promise<PromptContext<Hit>> {
  const chosen: Hit[] = [];
  let left = maxTokens;
  for (const hit of hits) {
    if (left < SHORTEST_LINE) break;
    const [tokens = 0] = await countTokens([promptLine(hit.memory)]);
    if (tokens > left) continue;
    chosen.push(hit);
    left -= tokens;
  }
  if (chosen.length === 0 && hits.length > 0) return beginningOf(hits[0]!, maxTokens, countTokens);
  return joined(chosen, maxTokens, countTokens);
}

/** `[2026-05-08 13:56, Kitchen garden, session 2] Ana: I planted garlic.` */
export function promptLine(memory: Memory, content = memory.content): string {
  const { occurredAt, project, sessionId, speaker } = memory;
  const facts = [
    occurredAt.toISOString().slice(0, 16).replace('T', ' '),
    ...(project === null ? [] : [project]),
    ...(sessionId === null ? [] : [`session ${sessionId}`]),
  ];
  const named = speaker !== null && !content.startsWith(`${speaker}: `) ? `${speaker}: ` : '';
  return `[${facts.join(', ')}] ${named}${content}`;
}

/** Lines are counted one by one, and a tokenizer may count them joined differently: the last of them give way. */
async function joined<Hit extends SearchHit>(
  bestFirst: readonly Hit[],
  maxTokens: number,
  countTokens: CountTokens,
): Promise<PromptContext<Hit>> {
  const hits = [...bestFirst].sort((a, b) => byOccurrence(a.memory, b.memory));
  const text = hits.map(({ memory }) => promptLine(memory)).join('\n');
  const [tokens = 0] = await countTokens([text]);
  if (tokens <= maxTokens) return { text, hits, tokens };
  return joined(bestFirst.slice(0, -1), maxTokens, countTokens);
}

/** The memory with the longest beginning of its text that fits, found by halving; nothing if no character does. */
async function beginningOf<Hit extends SearchHit>(
  hit: Hit,
  maxTokens: number,
  countTokens: CountTokens,
): Promise<PromptContext<Hit>> {
  const characters = Array.from(hit.memory.content);
  const upTo = (length: number): string => promptLine(hit.memory, `${characters.slice(0, length).join('')}…`);
  let longest: PromptContext<Hit> = { text: '', hits: [], tokens: 0 };
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    const text = upTo(middle);
    const [tokens = 0] = await countTokens([text]);
    if (tokens <= maxTokens) [fits, longest] = [middle, { text, hits: [hit], tokens }];
    else tooLong = middle;
  }
  return longest;
}
