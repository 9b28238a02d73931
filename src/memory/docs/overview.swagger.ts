import { ApiCall } from '../../common/api-call.decorator';
import { DeletedDto } from '../dto/answers.dto';
import { TenantDto } from '../dto/filter.dto';
import { ProjectContextAnswerDto, ProjectListDto, ProjectMemoriesDto } from '../dto/project.dto';
import { SessionDto } from '../dto/session.dto';
import { InitializedDto, StatisticsDto, StatusDto } from '../dto/status.dto';
import { GARLIC, WISDOM } from './memory-examples';
import { BAD_CURSOR, BAD_PATH, SERVICE, SESSIONS } from './memory-problems';

const SESSION: SessionDto = {
  session_id: 1,
  entries: [WISDOM],
  embedding_ids: { conversation: null, wisdom_reflection: WISDOM.id, pedagogical_reflection: null },
  count: 1,
  next_cursor: null,
};

const PROJECT: ProjectMemoriesDto = {
  project: 'Kitchen garden',
  sessions: [GARLIC],
  count: 1,
  next_cursor: null,
};

const PROJECT_CONTEXT: ProjectContextAnswerDto = {
  project: 'Kitchen garden',
  context: `\n\nRECENT SESSIONS IN PROJECT 'Kitchen garden':\n\nSession 002 [unknown]:\n  ${GARLIC.content}...`,
  n_recent: 5,
};

const PROJECTS: ProjectListDto = {
  projects: ['Kitchen garden', 'Spanish learning'],
  count: 2,
  items: [
    { id: 1, name: 'Kitchen garden', memories: 12 },
    { id: 2, name: 'Spanish learning', memories: 40 },
  ],
};

const STATUS: StatusDto = {
  status: 'available',
  initialized: true,
  backend: 'chromadb',
  postgres_available: false,
  chroma_available: true,
  dependencies_available: true,
  message: 'Memory service is available with the chromadb backend',
  embedding_model: 'all-MiniLM-L6-v2',
  embedding_dimension: 384,
  total_memories: 52,
  unique_users: 1,
  reason: 'DATABASE_URL is not set.',
  since: '2026-10-28T08:00:00.000Z',
  pending_sync: 0,
  version: '0.1.0',
  fingerprint: 'all-MiniLM-L6-v2@main/384/mean/l2',
};

const INITIALIZED: InitializedDto = {
  success: true,
  ...STATUS,
  message: 'Memory service initialized with chromadb backend',
};

const STATISTICS: StatisticsDto = {
  total_documents: 52,
  by_type: { conversation: 40, reflection: 12 },
  by_session_type: { wisdom_only: 30 },
  total_projects: 2,
  projects: ['Kitchen garden', 'Spanish learning'],
  sessions: 9,
  oldest: '2026-05-08T13:56:00.000Z',
  newest: '2026-10-28T16:30:00.000Z',
  sizes: { chunks: 61, characters: 20418 },
};

export const SessionCall = (): MethodDecorator =>
  ApiCall({
    tag: SESSIONS,
    summary: 'Read a session',
    description:
      'Its memories in the order they were said, page by page, and the newest of some kinds. A session that does not ' +
      'exist is empty.',
    answer: {
      type: SessionDto,
      description: 'A page of the session.',
      examples: { session: { summary: 'A session', value: SESSION } },
    },
    problems: [BAD_CURSOR],
  });

export const DeleteSessionCall = (): MethodDecorator =>
  ApiCall({
    tag: SESSIONS,
    summary: 'Delete a session',
    description:
      'Deletes every memory of a session. There is no way back. A session that does not exist has none.',
    answer: {
      type: DeletedDto,
      description: 'How many memories were deleted.',
      examples: { deleted: { summary: 'Deleted', value: { deleted: 12 } satisfies DeletedDto } },
    },
  });

export const ProjectsCall = (): MethodDecorator =>
  ApiCall({
    tag: SESSIONS,
    summary: 'List projects',
    description: 'Every project of the user, by name in code point order, those without memories too.',
    answer: {
      type: ProjectListDto,
      description: 'The projects.',
      examples: { projects: { summary: 'Two projects', value: PROJECTS } },
    },
  });

export const ProjectCall = (): MethodDecorator =>
  ApiCall({
    tag: SESSIONS,
    summary: 'Read a project',
    description: 'Its memories, newest first, page by page. A project that does not exist is empty.',
    answer: {
      type: ProjectMemoriesDto,
      description: 'A page of the project.',
      examples: { project: { summary: 'A project', value: PROJECT } },
    },
    problems: [BAD_CURSOR, BAD_PATH],
  });

export const ProjectContextCall = (): MethodDecorator =>
  ApiCall({
    tag: SESSIONS,
    summary: 'What was said last in a project',
    description:
      'As text ready for a prompt: the newest memories, the oldest of them first, each shortened to 200 characters. ' +
      'Empty for a project without memories. For what matters to a question, and a budget of tokens, see `POST /context`.',
    answer: {
      type: ProjectContextAnswerDto,
      description: 'The text.',
      examples: { context: { summary: 'One memory', value: PROJECT_CONTEXT } },
    },
    problems: [BAD_PATH],
  });

export const InitializeCall = (): MethodDecorator =>
  ApiCall({
    tag: SERVICE,
    summary: 'Make sure that the service is ready',
    description:
      'It is, once it listens: for clients that ask first. As often as you like. While it is `degraded` this takes ' +
      'PostgreSQL into use if that can be used by now; what was stored meanwhile stays in ChromaDB, counted by ' +
      '`pending_sync`, until it is brought over. Otherwise nothing changes, and `reason` says why.',
    body: {
      type: TenantDto,
      optional: true,
      examples: {
        none: { summary: 'Nothing', value: {} },
        user: { summary: 'For a user', value: { user_id: 2 } },
      },
    },
    answer: {
      type: InitializedDto,
      description: 'It is ready.',
      examples: { ready: { summary: 'Ready', value: INITIALIZED } },
    },
  });

export const StatusCall = (): MethodDecorator =>
  ApiCall({
    tag: SERVICE,
    summary: 'How the service is',
    description:
      'Which backend is in use and why, the embedding model, and how much the user has. What others have is nobody’s ' +
      'business. For machines that watch the service there is `GET /health/ready`.',
    answer: {
      type: StatusDto,
      description: 'It answers.',
      examples: { available: { summary: 'Available', value: STATUS } },
    },
  });

export const StatisticsCall = (): MethodDecorator =>
  ApiCall({
    tag: SERVICE,
    summary: 'How much there is',
    description: 'Counts of the user’s memories by type, kind of session, project and session.',
    answer: {
      type: StatisticsDto,
      description: 'The counts.',
      examples: { statistics: { summary: 'Some memories', value: STATISTICS } },
    },
  });
