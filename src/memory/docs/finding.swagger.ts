import { ApiCall, Examples, ProblemExample } from '../../common/api-call.decorator';
import {
  ContextAnswerDto,
  DeletionDto,
  MemoryListDto,
  SearchAnswerDto,
  SearchInfoDto,
} from '../dto/answers.dto';
import { ContextDto, DeleteMatchingDto, SearchDto } from '../dto/search.dto';
import { asResult, GARLIC, WISDOM } from './memory-examples';
import { BAD_CURSOR, BAD_FILTER, BAD_PATH, MEMORIES, NOT_FOUND, SEARCH } from './memory-problems';

const HOW: SearchInfoDto = {
  mode: 'hybrid',
  strategy: 'exact',
  exhaustive: true,
  backend: 'chromadb',
  degraded: false,
  took_ms: 6.4,
};

const SEARCHES: Examples = {
  simple: { summary: 'A question', value: { query: 'What is wisdom?', n_results: 3 } },
  filters: {
    summary: 'In a project, of one kind of session',
    value: {
      query: 'What grows well?',
      project: 'Kitchen garden',
      session_type: 'wisdom_only',
      search_type: 'conversation',
    },
  },
  speaker: {
    summary: 'What somebody said in a time',
    value: {
      query: 'What did we plant?',
      speaker: 'Ana',
      content_types: ['conversation', 'reflection'],
      occurred_after: '2026-10-01T00:00:00Z',
      occurred_before: '2026-11-01T00:00:00Z',
      min_similarity: 0.2,
    },
  },
  metadata: {
    summary: 'By metadata: operators',
    value: {
      query: 'Which beds need water?',
      n_results: 10,
      metadata_filter: {
        'bed.number': { $gte: 2, $lt: 10 },
        tags: { $contains: 'garlic' },
        draft: { $exists: false },
      },
    },
  },
  combined: {
    summary: 'By metadata: $and, $or, $not',
    value: {
      query: 'What is urgent?',
      metadata_filter: {
        $or: [{ importance: { $in: ['high', 'critical'] } }, { starred: true }],
        $not: { status: 'done' },
      },
    },
  },
  recent: {
    summary: 'What was said lately counts more',
    value: { query: 'What is Ana planting?', recency_half_life_days: 30 },
  },
  keyword: {
    summary: 'By words alone',
    value: { query: 'garlic frost', mode: 'keyword' },
  },
  session: {
    summary: 'One session of one user',
    value: { query: 'What was decided?', session_id: 7, agent_id: 'scribe', user_id: 42 },
  },
};

const FOUND: SearchAnswerDto = {
  results: [asResult(WISDOM, 0.777, 1), asResult(GARLIC, 0.1531, 0)],
  query: 'What is wisdom?',
  count: 2,
  search: HOW,
};

const CONTEXT: ContextAnswerDto = {
  context: `[2026-10-28 16:30, Kitchen garden, session 2] ${GARLIC.content}`,
  memories: [asResult(GARLIC, 0.6412, 0.83, 0.3)],
  tokens: 28,
};

const LIST: MemoryListDto = {
  items: [GARLIC, WISDOM],
  count: 2,
  total: 214,
  next_cursor: 'WzE3NzgyNDg1NjAwMDAsIjAxOTdmM2ExLTZmMGUtN2M0NC05ZDNiLTBiOGYzYTVlMmMxMSIsIlkyUnBaMlZ6ZEQiXQ',
};

const MISMATCH: ProblemExample = {
  status: 409,
  code: 'count_mismatch',
  detail: 'The filter matches 14 memories, expected_count is 12: nothing was deleted.',
};

const EMPTY_FILTER: ProblemExample = {
  status: 422,
  code: 'invalid_input',
  detail: 'filter: must have at least one condition',
  errors: [{ field: 'filter', reason: 'must have at least one condition' }],
};

export const SearchCall = (): MethodDecorator =>
  ApiCall({
    tag: SEARCH,
    summary: 'Search by words and meaning',
    description:
      'The best memories for a question among those that the filters leave, by falling `score`. In `mode: hybrid`, the ' +
      'default, a score adds up the words of the question that a memory has (rare ones count more), how near its ' +
      'meaning is, whether the question names its speaker, and that it is not a question itself. What was said just ' +
      'before and after it in its session lends it some of both, since an answer need not repeat its question; what ' +
      'the filters leave out lends nothing. `score_parts` tells these apart, and `similarity` is the cosine of the ' +
      'memory itself in every mode. A memory of several chunks counts once, with its best. Filters never cost ' +
      'results: if `n_results` memories match, so many come (by `keyword`, those that have a word of the question or ' +
      'stand beside it); a project that does not exist holds none. `search` says how it was done.',
    body: { type: SearchDto, examples: SEARCHES },
    answer: {
      type: SearchAnswerDto,
      description: 'What was found.',
      examples: { found: { summary: 'Found', value: FOUND } },
    },
    problems: [BAD_FILTER],
  });

export const ContextCall = (): MethodDecorator =>
  ApiCall({
    tag: SEARCH,
    summary: 'What to put into a prompt',
    description:
      'Searches as `POST /search` does and writes the memories found as text, a line each, in the order they were ' +
      'said, that is never longer than `max_tokens` as the embedding model counts. The best have precedence; one ' +
      'that does not fit is left out whole. Only if not even the best fits, its beginning is taken and marked by `…`.',
    body: {
      type: ContextDto,
      examples: {
        simple: { summary: 'Up to 500 tokens', value: { query: 'What did Ana plant?', max_tokens: 500 } },
        filtered: {
          summary: 'Of one project, and only what is near enough',
          value: { query: 'What did Ana plant?', project: 'Kitchen garden', min_similarity: 0.3 },
        },
      },
    },
    answer: {
      type: ContextAnswerDto,
      description: 'The text and the memories in it.',
      examples: { context: { summary: 'One memory', value: CONTEXT } },
    },
    problems: [BAD_FILTER],
  });

export const ListCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'List memories',
    description:
      'Newest first, by `occurred_at`, page by page: send `next_cursor` as `cursor`, with the same filters, until it ' +
      'is null. Each memory comes once, whatever is stored meanwhile.',
    answer: {
      type: MemoryListDto,
      description: 'A page.',
      examples: { page: { summary: 'The first page, with `total=true`', value: LIST } },
    },
    problems: [BAD_CURSOR, BAD_FILTER],
  });

export const DeleteCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Delete a memory',
    description: 'By its `id` or its `external_id`, percent-encoded. There is no way back.',
    answer: { status: 204, description: 'It is deleted.' },
    problems: [NOT_FOUND, BAD_PATH],
  });

export const DeleteMatchingCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Delete memories by filter',
    description:
      'Deletes every memory that the filter matches. Try it with `dry_run` first and send the count it answers as ' +
      '`expected_count`: if it has changed meanwhile, nothing is deleted. A filter without a condition is refused.',
    body: {
      type: DeleteMatchingDto,
      examples: {
        try: {
          summary: 'Only count',
          value: { filter: { session_id: 7, content_types: ['conversation'] }, dry_run: true },
        },
        delete: {
          summary: 'Delete exactly 12',
          value: { filter: { session_id: 7, content_types: ['conversation'] }, expected_count: 12 },
        },
      },
    },
    answer: {
      type: DeletionDto,
      description: 'What was deleted, or would be.',
      examples: {
        tried: {
          summary: 'Counted',
          value: { matched: 12, deleted: 0, dry_run: true } satisfies DeletionDto,
        },
        deleted: {
          summary: 'Deleted',
          value: { matched: 12, deleted: 12, dry_run: false } satisfies DeletionDto,
        },
      },
    },
    problems: [MISMATCH, EMPTY_FILTER],
  });
