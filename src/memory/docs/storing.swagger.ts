import { ApiCall, ProblemExample } from '../../common/api-call.decorator';
import { StoredBatchDto, StoredDto } from '../dto/answers.dto';
import { PatchMemoryDto, StoreBatchDto, StoreDto } from '../dto/store.dto';
import { MemoryDto } from '../dto/memory.dto';
import { MEMORIES, NOT_FOUND } from './memory-problems';
import { GARLIC, WISDOM } from './memory-examples';

const UNKNOWN_PROJECT: ProblemExample = {
  status: 422,
  code: 'invalid_input',
  detail: 'project_id: must be the id of a project, of the one named by `project` if that is given too',
  errors: [
    {
      field: 'project_id',
      reason: 'must be the id of a project, of the one named by `project` if that is given too',
    },
  ],
};

const OVERLOADED: ProblemExample = {
  status: 503,
  code: 'embedding_overloaded',
  detail: 'Too many texts wait to be embedded; try again in 2 s.',
};

const STORED: StoredDto = {
  embedding_id: WISDOM.id,
  success: true,
  message: `Content stored with ID: ${WISDOM.id}`,
  memory: WISDOM,
};

const STORED_BATCH: StoredBatchDto = {
  items: [WISDOM, GARLIC].map(({ id, external_id }) => ({ id, embedding_id: id, external_id })),
  count: 2,
};

export const StoreCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Store a memory',
    description:
      'Embeds the text and keeps it. When this answers 200, the memory is on disk and found by the next search.\n\n' +
      'With an `external_id` that one of the user’s memories has already, that memory is replaced: the same `id` and ' +
      '`created_at`, the same `occurred_at` if none is given, everything else new.',
    body: {
      type: StoreDto,
      examples: {
        simple: {
          summary: 'A text in a session',
          value: {
            content: WISDOM.content,
            session_id: 1,
            content_type: 'reflection',
            metadata: { session_type: 'philosophy' },
          },
        },
        full: {
          summary: 'Everything that can be said about it',
          value: {
            content: GARLIC.content,
            session_id: 2,
            content_type: 'conversation',
            project: 'Kitchen garden',
            agent_id: 'gardener',
            speaker: 'Ana',
            external_id: 'garden/17',
            occurred_at: '2026-10-28T17:30:00+01:00',
            expires_at: '2099-01-01T00:00:00Z',
            metadata: { bed: { number: 3, sunny: true }, tags: ['garlic', 'autumn'] },
            user_id: 1,
          },
        },
        text: { summary: 'Only a text', value: { content: 'The tea is in the blue tin.' } },
      },
    },
    answer: {
      type: StoredDto,
      description: 'It is stored.',
      examples: { stored: { summary: 'Stored', value: STORED } },
    },
    problems: [UNKNOWN_PROJECT, OVERLOADED],
  });

export const StoreBatchCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Store many memories',
    description:
      'Stores up to 500 memories of one user, all of them or none. They are embedded together, several times as fast ' +
      'as one by one. What is wrong with each of them is named by its place, `memories[3].content`: first what is ' +
      'unknown, missing or of the wrong type, and once nothing is, what breaks a rule such as a limit.',
    body: {
      type: StoreBatchDto,
      examples: {
        two: {
          summary: 'Two turns of a conversation',
          value: {
            memories: [
              { content: 'Ana: I planted garlic before the frost.', session_id: 2, external_id: 'turn-1' },
              { content: 'Ben: It will thank you in June.', session_id: 2, external_id: 'turn-2' },
            ],
            user_id: 1,
          },
        },
      },
    },
    answer: {
      type: StoredBatchDto,
      description: 'They are stored, in the order given.',
      examples: { stored: { summary: 'Stored', value: STORED_BATCH } },
    },
    problems: [
      {
        status: 422,
        code: 'invalid_input',
        detail: 'memories[1].content: must not be empty',
        errors: [{ field: 'memories[1].content', reason: 'must not be empty' }],
      },
      {
        status: 413,
        code: 'batch_too_large',
        detail: 'These memories have 6000 chunks, the store writes 5461 at once: send fewer in one call.',
      },
      OVERLOADED,
    ],
  });

export const GetCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Read a memory',
    description: 'By its `id`, or by the `external_id` it was stored under, percent-encoded (`/` as `%2F`).',
    answer: {
      type: MemoryDto,
      description: 'The memory.',
      examples: { memory: { summary: 'A memory', value: GARLIC } },
    },
    problems: [NOT_FOUND],
  });

export const PatchCall = (): MethodDecorator =>
  ApiCall({
    tag: MEMORIES,
    summary: 'Change a memory',
    description:
      'Changes what is given and nothing else; `null` clears a field that may be empty. `metadata` is a JSON merge ' +
      'patch (RFC 7396). A new `content` is embedded anew. Of two changes at the same time, the second sees the first.',
    body: {
      type: PatchMemoryDto,
      optional: true,
      examples: {
        metadata: {
          summary: 'Add one key to metadata, remove another',
          value: { metadata: { starred: true, draft: null } },
        },
        text: { summary: 'Correct the text', value: { content: 'Ana: I planted garlic after the frost.' } },
        clear: { summary: 'Take it out of its project', value: { project: null } },
      },
    },
    answer: {
      type: MemoryDto,
      description: 'The memory as it is now.',
      examples: {
        changed: {
          summary: 'With a new key',
          value: {
            ...GARLIC,
            metadata: { ...GARLIC.metadata, starred: true },
            updated_at: '2026-10-29T08:00:00.000Z',
          } satisfies MemoryDto,
        },
      },
    },
    problems: [NOT_FOUND, UNKNOWN_PROJECT, OVERLOADED],
  });
