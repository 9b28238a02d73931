import { Answer, readRecording, RecordedCall, Recording } from './recording';

/** An answer that a call must have; values may be Jest's asymmetric matchers. */
export interface Expected {
  readonly status: number;
  readonly answer: Answer;
}

/** A text that was stored in the replay. */
export interface StoredText {
  readonly id: string;
  readonly body: {
    readonly content: string;
    readonly session_id: number;
    readonly content_type?: string;
    readonly metadata?: Record<string, unknown>;
  };
}

/** What is known while a recording is replayed: both recordings, and what was stored under which recorded id. */
export class Replay {
  private readonly recordings: readonly Recording[];
  private readonly stored = new Map<string, StoredText>();

  constructor(readonly recording: Recording) {
    this.recordings = [readRecording('chromadb'), readRecording('postgresql')];
  }

  /** The call of that name in the recording of ChromaDB, which answered more of them. */
  onChroma(name: string): RecordedCall {
    return this.recordings[0]!.calls.find((call) => call.name === name)!;
  }

  /** Notes that our answer to a store belongs to the ids that the original gave, on either backend. */
  noteStored(call: RecordedCall, id: string): void {
    for (const { calls } of this.recordings) {
      const { answer } = calls.find(({ name }) => name === call.name)!;
      this.stored.set(String(answer.embedding_id), { id, body: call.body as StoredText['body'] });
    }
  }

  storedAs(recordedId: string): StoredText {
    return this.stored.get(recordedId)!;
  }

  allStored(): StoredText[] {
    return [...new Map([...this.stored.values()].map((text) => [text.id, text])).values()];
  }
}
