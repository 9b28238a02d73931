import { existsSync, readFileSync } from 'node:fs';

/** A conversation of LoCoMo (Maharana et al., ACL 2024) as memories, and questions with the turns that answer them. */
export interface Conversation {
  readonly name: string;
  readonly turns: readonly Turn[];
  readonly questions: readonly Question[];
}

export interface Question {
  readonly question: string;
  readonly category: string;
  /** Ids of the turns that answer it. */
  readonly evidence: readonly string[];
}

export interface Turn {
  readonly id: string;
  readonly content: string;
  readonly speaker: string;
  readonly sessionId: number;
  readonly occurredAt: string;
}

interface RawTurn {
  readonly speaker: string;
  readonly dia_id: string;
  readonly text: string;
  readonly blip_caption?: string;
}

interface RawConversation {
  readonly sample_id: string;
  readonly conversation: Readonly<Record<string, string | RawTurn[]>>;
  readonly qa: readonly {
    readonly question: string;
    readonly evidence?: readonly string[];
    readonly category: number;
  }[];
}

/** As LoCoMo numbers them. Questions of the fifth have no answer in the conversation. */
const CATEGORIES: Readonly<Record<number, string>> = {
  1: 'several turns',
  2: 'time',
  3: 'general knowledge',
  4: 'one turn',
};

/** The conversations in the file, or undefined if there is none. */
export function readLocomo(file: string): Conversation[] | undefined {
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as RawConversation[]).map(toConversation);
}

/** The same where nothing can be done without them. */
export function requireLocomo(file: string): Conversation[] {
  const conversations = readLocomo(file);
  if (conversations !== undefined) return conversations;
  throw new Error(
    `There is no ${file}. LoCoMo may not be shipped (CC BY-NC 4.0): take data/locomo10.json from the ` +
      'repository snap-research/locomo and give its path with --locomo FILE.',
  );
}

function toConversation({ sample_id: name, conversation, qa }: RawConversation): Conversation {
  const number = Number(/\d+/.exec(name)?.[0] ?? 0);
  const turns = Object.entries(conversation).flatMap(([key, value]) => {
    if (typeof value === 'string') return [];
    const session = Number(key.replace('session_', ''));
    const began = parseDate(conversation[`${key}_date_time`] as string);
    return value.map((turn, index) => toTurn(turn, 1000 * number + session, began + index * 1000));
  });
  const known = new Set(turns.map(({ id }) => id));
  const questions = qa
    .flatMap(({ question, category: number, evidence = [] }) => {
      const category = CATEGORIES[number];
      return category === undefined ? [] : [{ question, category, evidence: evidenceIn(evidence, known) }];
    })
    .filter(({ evidence }) => evidence.length > 0);
  return { name, turns, questions };
}

function toTurn({ speaker, dia_id, text, blip_caption }: RawTurn, sessionId: number, at: number): Turn {
  const shared = blip_caption === undefined ? '' : ` [shares ${blip_caption}]`;
  const content = `${speaker}: ${text}${shared}`;
  return { id: dia_id, content, speaker, sessionId, occurredAt: new Date(at).toISOString() };
}

/** Some entries name several turns ("D8:6; D9:17"), some none that exists. */
function evidenceIn(entries: readonly string[], known: ReadonlySet<string>): string[] {
  const named = entries.flatMap((entry) => entry.match(/D\d+:\d+/g) ?? []);
  return [...new Set(named)].filter((id) => known.has(id));
}

/** "1:56 pm on 8 May, 2023", taken as UTC, in milliseconds. */
function parseDate(text: string): number {
  const [time, day] = text.split(' on ');
  return Date.parse(`${day} ${time} UTC`);
}
