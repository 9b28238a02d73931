import { DEFAULT_LIMITS } from '../../config/app-config';
import { MemoryInput } from '../memory-input';
import { acceptMemory, repeatedExternalIds } from './new-memory-rules';

const NOW = new Date('2026-03-01T09:00:00.000Z');
const CONTEXT = { limits: DEFAULT_LIMITS, now: NOW };

function accept(input: Partial<MemoryInput>) {
  return acceptMemory({ content: 'Tea.', ...input }, CONTEXT);
}

describe('acceptMemory', () => {
  it('fills in what is not given', () => {
    expect(accept({})).toEqual({
      memory: {
        externalId: null,
        sessionId: null,
        sessionType: null,
        agentId: null,
        speaker: null,
        contentType: 'conversation',
        content: 'Tea.',
        metadata: {},
        occurredAt: undefined,
        expiresAt: null,
      },
      project: null,
      problems: [],
    });
  });

  it('keeps what is given', () => {
    const given = {
      externalId: 'a/b',
      sessionId: 0,
      sessionType: 'chat',
      agentId: 'agent',
      speaker: 'Bo',
      contentType: 'note',
      content: 'Ana: tea.',
      metadata: { a: [1] },
      occurredAt: new Date('0001-01-01T00:00:00.000Z'),
      expiresAt: new Date(NOW.getTime() + 1),
    };
    expect(accept({ ...given, project: 'Tea', projectId: 3 })).toEqual({
      memory: given,
      project: { project: 'Tea', projectId: 3 },
      problems: [],
    });
  });

  it('reads the speaker from the text', () => {
    expect(accept({ content: 'Ana: tea.' }).memory.speaker).toBe('Ana');
  });

  it.each<[Partial<MemoryInput>, string | null, unknown]>([
    [{ metadata: { session_type: 'chat', project: 'Tea' } }, 'chat', { project: 'Tea' }],
    [
      { metadata: { session_type: 'chat', project: 'Tea' }, sessionType: 'call', project: 'Rum' },
      'call',
      { project: 'Rum' },
    ],
    [{ metadata: { project: 'Tea' }, projectId: 3 }, null, { projectId: 3 }],
    [{ metadata: { session_type: 5, project: null } }, null, null],
    [{ metadata: { session_type: '', project: ' ' } }, null, null],
  ])('takes kind of session and project from %j', (input, sessionType, project) => {
    const accepted = accept(input);
    expect(accepted.problems).toEqual([]);
    expect(accepted.memory.sessionType).toBe(sessionType);
    expect(accepted.project).toEqual(project);
    expect(accepted.memory.metadata).toBe(input.metadata);
  });

  it.each<[Partial<MemoryInput>, string, RegExp]>([
    [{ content: '' }, 'content', /empty/],
    [{ content: ' \n ' }, 'content', /empty/],
    [{ content: 'x'.repeat(200_001) }, 'content', /at most 200000 characters/],
    [{ content: 'a\u0000b' }, 'content', /control/],
    [{ content: 'a\ud800b' }, 'content', /surrogate/],
    [{ contentType: '' }, 'content_type', /empty/],
    [{ contentType: 'é'.repeat(65) }, 'content_type', /at most 128 bytes/],
    [{ sessionId: 1.5 }, 'session_id', /whole/],
    [{ sessionId: 2 ** 53 }, 'session_id', /whole/],
    [{ sessionId: NaN }, 'session_id', /whole/],
    [{ sessionType: 'a\nb' }, 'session_type', /control/],
    [{ agentId: 'x'.repeat(129) }, 'agent_id', /at most 128 bytes/],
    [{ speaker: '\u007f' }, 'speaker', /control/],
    [{ project: 'x'.repeat(256) }, 'project', /at most 255 characters/],
    [{ project: '' }, 'project', /empty/],
    [{ metadata: { session_type: 'a\tb' } }, 'metadata.session_type', /control/],
    [{ metadata: { project: 'x'.repeat(256) } }, 'metadata.project', /at most 255 characters/],
    [{ metadata: { a: { $b: 1 } } }, 'metadata.a.$b', /begins with/],
    [{ externalId: '' }, 'external_id', /empty/],
    [{ externalId: 'é'.repeat(257) }, 'external_id', /at most 512 bytes/],
    [{ externalId: 'a\u0000' }, 'external_id', /control/],
    [{ externalId: 'a\ud800' }, 'external_id', /surrogate/],
    [{ externalId: '01234567-89AB-7def-8123-456789abcdef' }, 'external_id', /UUID/],
    [{ externalId: 'search' }, 'external_id', /paths/],
    [{ externalId: 'Status' }, 'external_id', /paths/],
    [{ externalId: '..' }, 'external_id', /paths/],
    [{ occurredAt: new Date('-000001-01-01T00:00:00.000Z') }, 'occurred_at', /years/],
    [{ occurredAt: new Date('+010000-01-01T00:00:00.000Z') }, 'occurred_at', /years/],
    [{ occurredAt: new Date(NaN) }, 'occurred_at', /years/],
    [{ expiresAt: NOW }, 'expires_at', /future/],
    [{ expiresAt: new Date(0) }, 'expires_at', /future/],
    [{ expiresAt: new Date('+010000-01-01T00:00:00.000Z') }, 'expires_at', /years/],
    [{ expiresAt: new Date(NaN) }, 'expires_at', /future/],
  ])('refuses what is wrong by its name (%#)', (input, field, reason) => {
    expect(accept(input).problems).toEqual([{ field, reason: expect.stringMatching(reason) }]);
  });

  it('names everything that is wrong, from where the memory stands', () => {
    const input = { content: '', agentId: '', externalId: 'stats', metadata: { $a: 1 } };
    const { problems } = acceptMemory(input, { ...CONTEXT, path: 'memories[3].' });
    expect(problems.map(({ field }) => field).sort()).toEqual([
      'memories[3].agent_id',
      'memories[3].content',
      'memories[3].external_id',
      'memories[3].metadata.$a',
    ]);
  });

  it('takes keys that only look like ours', () => {
    for (const externalId of [
      'search2',
      'a/search',
      'session/1',
      '...',
      '../..',
      '%2e%2e%2f',
      '0',
      'null',
      '#',
      ' x ',
    ]) {
      expect(accept({ externalId }).problems).toEqual([]);
    }
  });
});

describe('repeatedExternalIds', () => {
  it('names each repetition and takes memories without', () => {
    const inputs = ['a', undefined, 'b', 'a', undefined, 'A', 'a'].map((externalId) => ({
      content: 'x',
      externalId,
    }));
    expect(repeatedExternalIds(inputs)).toEqual([
      { field: 'memories[3].external_id', reason: 'must not be that of memories[0] too' },
      { field: 'memories[6].external_id', reason: 'must not be that of memories[0] too' },
    ]);
  });
});
