import type { MemoryDto, SearchResultDto } from '../dto/memory.dto';

/** The memories that the examples of Swagger are about. */
export const WISDOM: MemoryDto = {
  id: '0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11',
  embedding_id: '0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11',
  external_id: null,
  user_id: 1,
  session_id: 1,
  type: 'reflection',
  session_type: 'philosophy',
  project: null,
  project_id: null,
  agent_id: null,
  speaker: null,
  content: 'Wisdom is understanding what truly matters',
  text_preview: 'Wisdom is understanding what truly matters',
  content_is_preview: false,
  metadata: { session_type: 'philosophy', type: 'reflection', session_id: 1 },
  occurred_at: '2026-05-08T13:56:00.000Z',
  created_at: '2026-05-08T13:56:00.120Z',
  updated_at: '2026-05-08T13:56:00.120Z',
  expires_at: null,
};

export const GARLIC: MemoryDto = {
  id: '0197f3a2-0c11-7f3e-8b9d-5d2f1c7a9e42',
  embedding_id: '0197f3a2-0c11-7f3e-8b9d-5d2f1c7a9e42',
  external_id: 'garden/17',
  user_id: 1,
  session_id: 2,
  type: 'conversation',
  session_type: null,
  project: 'Kitchen garden',
  project_id: 1,
  agent_id: 'gardener',
  speaker: 'Ana',
  content: 'Ana: I planted garlic before the frost.',
  text_preview: 'Ana: I planted garlic before the frost.',
  content_is_preview: false,
  metadata: {
    bed: { number: 3, sunny: true },
    tags: ['garlic', 'autumn'],
    type: 'conversation',
    session_id: 2,
    project: 'Kitchen garden',
  },
  occurred_at: '2026-10-28T16:30:00.000Z',
  created_at: '2026-10-28T16:30:02.004Z',
  updated_at: '2026-10-28T16:30:02.004Z',
  expires_at: null,
};

/**
 * @param words what its words and those around it add to its score.
 * @param speaker what being named adds to it.
 */
export function asResult(memory: MemoryDto, similarity: number, words: number, speaker = 0): SearchResultDto {
  const vector = rounded(1.5 * similarity);
  return {
    ...memory,
    score: rounded(words + vector + speaker),
    score_parts: { words, vector, speaker, question: 0, recency: 1 },
    similarity,
    similarity_score: similarity,
    distance: rounded(1 - similarity),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
