import { newAnswerFields, newMemoryFields, newScores } from './new-fields';
import { Answer, RecordedCall } from './recording';
import { Expected, Replay, StoredText } from './replay';
import { inAllowedOrder, inOrderOfScore, near, RecordedMemory, similarityOf } from './scores';

interface Situation {
  readonly call: RecordedCall;
  readonly replay: Replay;
  /** What we answered; only to choose among answers that are all right. */
  readonly ours: Answer;
}

/** One row of the table in docs/compatibility.md: turns what the original answered into what we must answer. */
export interface Deviation {
  /** How the first cell of the row begins. */
  readonly row: string;
  apply(expected: Expected, situation: Situation): Expected;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** In this order: the earlier ones choose the answer, the later ones mend what is in it. */
export const DEVIATIONS: readonly Deviation[] = [
  ofAnswers('before `POST /initialize`', (expected, { call, replay }) => {
    if (call.name === 'status before initialize')
      return { status: 200, answer: replay.recording.calls.find(({ name }) => name === 'status')!.answer };
    return call.name === 'search before initialize'
      ? { status: 200, answer: { results: [], query: 'anything', count: 0 } }
      : expected;
  }),
  ofAnswers('every 5xx in the recordings', (expected, { call, replay }) => {
    if (expected.status < 500) return expected;
    const onChroma = replay.onChroma(call.name);
    if (onChroma.status < 500) return onChroma;
    // Two filters at once failed on both. The same question without them is recorded: what of it they leave is right.
    const { answer } = replay.onChroma('search with type');
    const { session_type, project } = call.body as Answer;
    return withResults({ status: 200, answer }, (memory) => {
      const { metadata } = memory;
      return metadata.session_type === session_type && metadata.project === project;
    });
  }),
  ofAnswers('statistics and projects on PostgreSQL', (expected, { call, replay }) =>
    ['stats', 'projects'].includes(call.name) ? replay.onChroma(call.name) : expected,
  ),
  ofAnswers('`by_session_type`', (expected, { call, replay }) => {
    if (call.name !== 'stats') return expected;
    const types = replay.allStored().flatMap(({ body }) => body.metadata?.session_type ?? []) as string[];
    const counts = types.map((type) => [type, types.filter((other) => other === type).length]);
    return withFields(expected, { by_session_type: Object.fromEntries(counts) as unknown });
  }),
  ofAnswers('`search_type`', (expected, { call }) => {
    const type = (call.body as Answer | undefined)?.search_type;
    return type === undefined ? expected : withResults(expected, ({ metadata }) => metadata.type === type);
  }),
  ofMemories('`id`', (memory, { id }) => ({ ...memory, id, embedding_id: id })),
  ofAnswers('`id`', (expected, { call, ours: { embedding_id } }) =>
    expected.status === 200 && call.path.endsWith('/store')
      ? withFields(expected, {
          embedding_id: expect.stringMatching(UUID),
          message: `Content stored with ID: ${String(embedding_id)}`,
        })
      : expected,
  ),
  ofMemories('results on PostgreSQL', (memory, { body }) => ({
    ...memory,
    type: body.content_type ?? 'conversation',
    session_type: memory.session_type ?? body.metadata?.session_type ?? null,
    project: body.metadata?.project ?? null,
  })),
  ofMemories('`session_type` of a memory that has none', (memory, { body }) => {
    if (body.metadata?.session_type !== undefined) return memory;
    const { session_type: _madeUp, ...metadata } = memory.metadata;
    return { ...memory, session_type: null, metadata };
  }),
  ofMemories('`content` and `text_preview`', (memory, { body }) => ({
    ...memory,
    content: body.content,
    text_preview: body.content.slice(0, 200),
  })),
  ofAnswers('scores and near ties', (expected, { ours }) =>
    'results' in expected.answer
      ? withFields(expected, {
          results: inAllowedOrder(listOf(expected.answer.results), listOf(ours.results)),
        })
      : expected,
  ),
  ofAnswers('order of results', (expected, { ours }) =>
    'results' in expected.answer
      ? withFields(expected, {
          results: inOrderOfScore(listOf(expected.answer.results), listOf(ours.results)),
        })
      : expected,
  ),
  ofMemories('scores', (memory) => {
    const similarity = similarityOf(memory);
    if (similarity === undefined) return memory;
    const [nearness, distance] = [near(similarity), near(1 - similarity)];
    return { ...memory, ...newScores(), similarity: nearness, similarity_score: nearness, distance };
  }),
  ofMemories('session entries', (memory, text) => ({ ...memory, ...newMemoryFields(text) })),
  ofAnswers('order of a project', (expected) =>
    'sessions' in expected.answer
      ? withFields(expected, { sessions: listOf(expected.answer.sessions).reverse() })
      : expected,
  ),
  ofAnswers('`embedding_ids`', (expected, { call, replay }) => {
    if (!('embedding_ids' in expected.answer)) return expected;
    const conversation = call.name === 'session' ? replay.storedAs('conv_002').id : null;
    const embedding_ids = { conversation, wisdom_reflection: null, pedagogical_reflection: null };
    return withFields(expected, { embedding_ids });
  }),
  ofMemories('`backend`', (memory) => ({
    ...memory,
    project_id: memory.project === null ? null : (expect.any(Number) as unknown),
  })),
  ofAnswers('`backend`', (expected) => {
    const installation = ['backend', 'message', 'postgres_available', 'chroma_available'];
    const fields = [...installation, 'dependencies_available'].filter((field) => field in expected.answer);
    if (!('backend' in expected.answer)) return expected;
    const types = fields.map((field) => [field, typeOf(expected.answer[field])]);
    return withFields(expected, Object.fromEntries(types) as Answer);
  }),
  ofAnswers('errors', (expected, { call }) => {
    if (expected.status < 400) return expected;
    const isJson = typeof call.body !== 'string';
    const problem = {
      type: expect.stringMatching(/^urn:wisdom-memory:problem:/),
      title: expect.any(String),
      status: isJson ? 422 : 400,
      detail: expect.any(String),
      code: isJson ? 'invalid_input' : 'malformed_request',
      errors: isJson ? wrongFields(expected.answer) : [],
      request_id: expect.any(String),
    };
    return { status: problem.status, answer: problem };
  }),
  ofAnswers('`n_results`', (expected, { call, replay }) => {
    if (call.name !== 'search for 21 results') return expected;
    const ids = replay.allStored().map(({ id }) => expect.objectContaining({ id }) as unknown);
    const answer = { query: 'x', count: ids.length, results: expect.arrayContaining(ids) as unknown };
    return { status: 200, answer };
  }),
];

/** The answer that ours must equal: the recorded one, mended by every deviation, and our new fields. */
export function expectedAnswer(situation: Situation): Expected {
  const { call } = situation;
  const mended = DEVIATIONS.reduce<Expected>((expected, { apply }) => apply(expected, situation), call);
  const { status, answer } = mended;
  if (status >= 400) return { status, answer };
  return { status, answer: { ...newAnswerFields({ path: call.path, answer }), ...answer } };
}

function ofAnswers(row: string, apply: Deviation['apply']): Deviation {
  return { row, apply };
}

/** A deviation of each memory in an answer. */
function ofMemories(row: string, mend: (memory: RecordedMemory, stored: StoredText) => Answer): Deviation {
  return {
    row,
    apply: (expected, { replay }) => {
      const lists = ['results', 'entries', 'sessions'].filter((list) => list in expected.answer);
      const mended = lists.map((list) => [
        list,
        listOf(expected.answer[list]).map((memory) => mend(memory, storedText(memory, replay))),
      ]);
      return withFields(expected, Object.fromEntries(mended) as Answer);
    },
  };
}

/** PostgreSQL's memories have numbers for ids, ChromaDB's have names; once mended, they have ours. */
function storedText({ id, embedding_id }: RecordedMemory, replay: Replay): StoredText {
  const mended = replay.allStored().find((text) => text.id === id);
  return mended ?? replay.storedAs(typeof id === 'number' ? `pg_mem_${id}` : String(embedding_id));
}

function withFields({ status, answer }: Expected, fields: Answer): Expected {
  return { status, answer: { ...answer, ...fields } };
}

function withResults(expected: Expected, isRight: (memory: RecordedMemory) => boolean): Expected {
  const results = listOf(expected.answer.results).filter(isRight);
  return withFields(expected, { results, count: results.length });
}

function listOf(value: unknown): RecordedMemory[] {
  return Array.isArray(value) ? (value as RecordedMemory[]) : [];
}

function typeOf(value: unknown): unknown {
  return expect.any(typeof value === 'string' ? String : Boolean);
}

/** FastAPI names a field by the last part of its location. */
function wrongFields({ detail }: Answer): unknown[] {
  return (detail as { loc: string[] }[]).map(({ loc }) => ({
    field: loc.at(-1),
    reason: expect.any(String) as unknown,
  }));
}
