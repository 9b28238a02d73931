import { Answer, RecordedCall } from './recording';
import { StoredText } from './replay';

/** What our answers have beside the original's: "new fields are added beside them, never instead". */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const time = (): unknown => expect.stringMatching(ISO);
const count = (): unknown => expect.any(Number);
const textOrNull = (): unknown => ({
  asymmetricMatch: (value: unknown) => value === null || typeof value === 'string',
});
const text = (): unknown => expect.any(String);

/** Of a memory, wherever it stands in an answer. */
export function newMemoryFields({ body }: StoredText): Answer {
  return {
    external_id: null,
    user_id: 1,
    agent_id: null,
    speaker: body.content.startsWith('User: ') ? 'User' : null,
    content_is_preview: false,
    occurred_at: time(),
    created_at: time(),
    updated_at: time(),
    expires_at: null,
  };
}

/** Of a search result. */
export function newScores(): Answer {
  return { score: count(), score_parts: expect.any(Object) as unknown };
}

/** Of a whole answer. */
export function newAnswerFields({ path, answer }: Pick<RecordedCall, 'path' | 'answer'>): Answer {
  const call = path.replace(/^\/api\/memory\//, '').replace(/\?.*/, '');
  if (call === 'status') return STATUS();
  if (call === 'initialize') return { ...STATUS(), status: 'available' };
  if (call === 'store') return { memory: expect.objectContaining({ user_id: 1 }) as unknown };
  if (call === 'search') return { search: SEARCH() };
  if (call === 'projects') return { items: expect.any(Array) as unknown };
  if (call === 'stats')
    return { sessions: 6, oldest: time(), newest: time(), sizes: { chunks: 6, characters: count() } };
  if (call.startsWith('session/')) return { count: (answer.entries as unknown[]).length, next_cursor: null };
  return call.endsWith('/context') ? {} : { next_cursor: null };
}

const SEARCH = (): Answer => ({
  mode: 'hybrid',
  strategy: 'exact',
  exhaustive: true,
  backend: text(),
  degraded: false,
  took_ms: count(),
});

const STATUS = (): Answer => ({
  dependencies_available: expect.any(Boolean) as unknown,
  message: text(),
  embedding_model: 'all-MiniLM-L6-v2',
  embedding_dimension: 384,
  total_memories: count(),
  unique_users: count(),
  reason: textOrNull(),
  since: time(),
  pending_sync: 0,
  version: text(),
  fingerprint: text(),
});
