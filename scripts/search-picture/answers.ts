/** A question to the service and all that the picture tells of its answer, as `answers.json` has it. */
export interface Answers {
  readonly question: string;
  /** As it was embedded. */
  readonly inFirstPerson: string;
  readonly words: readonly { readonly lexeme: string; readonly memories: number; readonly weight: number }[];
  /** In the order in which they were said. */
  readonly memories: readonly AskedMemory[];
  /** Best first. */
  readonly results: readonly ExplainedResult[];
}

/** How a memory became a candidate. */
export type Way = 'words' | 'vector' | 'neighbour';

export interface AskedMemory {
  readonly id: string;
  readonly session: number;
  readonly at: string;
  readonly content: string;
  /** `words`, `vector` or both; `neighbour` where it only stands beside such; none where it is no candidate. */
  readonly ways: readonly Way[];
}

export interface ExplainedResult {
  readonly id: string;
  readonly score: number;
  readonly parts: {
    readonly words: number;
    readonly vector: number;
    readonly speaker: number;
    readonly question: number;
  };
  /** What would be there of these parts without neighbours: never more. */
  readonly own: { readonly words: number; readonly vector: number };
  /** Its place in `mode: semantic`, from 1. */
  readonly semanticRank: number;
}

/** What was said in some sessions, one memory each, and what is asked of it. */
export interface AskedConversation {
  readonly question: string;
  readonly sessions: readonly { readonly at: string; readonly turns: readonly string[] }[];
}
