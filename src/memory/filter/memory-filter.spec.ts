import { MemoryFilter } from '../memory';
import { Filterable, matchesFilter } from './memory-filter';

const memory: Filterable = {
  projectId: 3,
  sessionId: 0,
  sessionType: 'chat',
  agentId: 'agent-1',
  speaker: 'Ana',
  contentType: 'conversation',
  occurredAt: new Date('2024-05-01T12:00:00.000Z'),
  metadata: { topic: 'tea', type: 'conversation' },
};

const bare: Filterable = {
  ...memory,
  projectId: null,
  sessionId: null,
  sessionType: null,
  agentId: null,
  speaker: null,
  contentType: 'unknown',
  metadata: {},
};

describe('matchesFilter', () => {
  it.each<[string, MemoryFilter, boolean]>([
    ['nothing', {}, true],
    ['its project', { projectId: 3 }, true],
    ['another project', { projectId: 4 }, false],
    ['its session, number 0', { sessionId: 0 }, true],
    ['another session', { sessionId: 1 }, false],
    ['its session type', { sessionType: 'chat' }, true],
    ['another session type', { sessionType: 'Chat' }, false],
    ['its agent', { agentId: 'agent-1' }, true],
    ['another agent', { agentId: 'agent-2' }, false],
    ['its speaker', { speaker: 'Ana' }, true],
    ['another speaker', { speaker: 'ana' }, false],
    ['one of several types', { contentTypes: ['reflection', 'conversation'] }, true],
    ['other types', { contentTypes: ['reflection'] }, false],
    ['from its very moment on', { occurredAfter: new Date('2024-05-01T12:00:00.000Z') }, true],
    ['from a millisecond later on', { occurredAfter: new Date('2024-05-01T12:00:00.001Z') }, false],
    ['before its very moment', { occurredBefore: new Date('2024-05-01T12:00:00.000Z') }, false],
    ['before a millisecond later', { occurredBefore: new Date('2024-05-01T12:00:00.001Z') }, true],
    [
      'its metadata',
      { metadata: { kind: 'compare', path: ['topic'], comparison: { operator: 'eq', value: 'tea' } } },
      true,
    ],
    [
      'other metadata',
      { metadata: { kind: 'compare', path: ['topic'], comparison: { operator: 'eq', value: 'rum' } } },
      false,
    ],
    ['all conditions together', { projectId: 3, sessionId: 0, speaker: 'Ana' }, true],
    ['all conditions but one', { projectId: 3, sessionId: 0, speaker: 'Bob' }, false],
  ])('asks for %s: %j is %s', (_name, filter, expected) => {
    expect(matchesFilter(memory, filter)).toBe(expected);
  });

  it.each<[MemoryFilter]>([
    [{ projectId: 3 }],
    [{ sessionId: 0 }],
    [{ sessionType: 'chat' }],
    [{ agentId: 'agent-1' }],
    [{ speaker: 'Ana' }],
    [{ contentTypes: ['conversation'] }],
  ])('does not take what is not set for %j', (filter) => {
    expect(matchesFilter(bare, filter)).toBe(false);
  });
});
