import { InvalidInputError } from '../../common/domain.error';
import { DEFAULT_LIMITS } from '../../config/app-config';
import { Memory, Project } from '../memory';
import { MemoryPatchInput } from '../memory-input';
import { acceptPatch } from './memory-patch';
import { metadataWithFields } from '../stored-memory';

const NOW = new Date('2026-03-01T09:00:00.000Z');
const CONTEXT = { limits: { ...DEFAULT_LIMITS, metadataKeys: 6, metadataBytes: 200 }, now: NOW };

const fields = { contentType: 'note', sessionId: 5, sessionType: 'chat', project: 'Tea' };

const CURRENT: Memory = {
  ...fields,
  id: '01234567-89ab-7def-8123-456789abcdef',
  userId: 1,
  externalId: 'key',
  projectId: 3,
  agentId: 'agent',
  speaker: 'Ana',
  content: 'Ana: tea.',
  contentIsPreview: true,
  metadata: metadataWithFields({ a: 1, deep: { b: 2, c: 3 } }, fields),
  occurredAt: new Date('2020-01-01T00:00:00.000Z'),
  createdAt: new Date('2021-01-01T00:00:00.000Z'),
  updatedAt: new Date('2021-01-01T00:00:00.000Z'),
  expiresAt: null,
};

function revise(patch: MemoryPatchInput, project?: Project | null, current = CURRENT): Memory {
  const accepted = acceptPatch(patch, CONTEXT);
  expect(accepted.problems).toEqual([]);
  return accepted.revision(project)(current);
}

describe('acceptPatch', () => {
  it('changes nothing by an empty patch', () => {
    expect(revise({})).toEqual(CURRENT);
  });

  it('sets every field, in metadata too', () => {
    const patch = {
      contentType: 'letter',
      sessionId: 6,
      sessionType: 'call',
      agentId: 'other',
      speaker: 'Bo',
      occurredAt: new Date('2019-01-01T00:00:00.000Z'),
      expiresAt: new Date('2027-01-01T00:00:00.000Z'),
    };
    expect(revise(patch, { id: 4, name: 'Rum' })).toEqual({
      ...CURRENT,
      ...patch,
      projectId: 4,
      project: 'Rum',
      metadata: {
        a: 1,
        deep: { b: 2, c: 3 },
        type: 'letter',
        session_id: 6,
        session_type: 'call',
        project: 'Rum',
      },
    });
  });

  it('clears fields, in metadata too', () => {
    const cleared = { sessionId: null, sessionType: null, agentId: null, speaker: null, expiresAt: null };
    expect(revise({ ...cleared, project: null }, null)).toEqual({
      ...CURRENT,
      ...cleared,
      projectId: null,
      project: null,
      metadata: { a: 1, deep: { b: 2, c: 3 }, type: 'note' },
    });
  });

  it.each<[string, MemoryPatchInput['metadata'], object]>([
    ['adds, replaces and removes', { a: null, deep: { b: 9, c: null }, d: [1] }, { deep: { b: 9 }, d: [1] }],
    ['cannot change the type or session', { type: 'x', session_id: null, a: null, deep: null }, {}],
  ])('merges metadata: %s', (_name, metadata, own) => {
    expect(revise({ metadata })).toEqual({ ...CURRENT, metadata: metadataWithFields(own as never, fields) });
  });

  it.each<[unknown, string | null, object]>([
    ['call', 'call', { session_type: 'call' }],
    [null, null, {}],
    [7, null, { session_type: 7 }],
  ])('lets metadata name the kind of session: %j', (named, sessionType, shown) => {
    const { session_type: _old, ...rest } = CURRENT.metadata;
    expect(revise({ metadata: { session_type: named as string } })).toEqual({
      ...CURRENT,
      sessionType,
      metadata: { ...rest, ...shown },
    });
  });

  it('lets a field win over metadata of that name', () => {
    const patch = {
      metadata: { session_type: 'call', session_id: 8, project: 'Gin' },
      sessionType: null,
      sessionId: null,
    };
    expect(revise({ ...patch, project: null }, null)).toMatchObject({ sessionType: null, sessionId: null });
    expect(revise({ ...patch, project: null }, null).metadata).toEqual({
      a: 1,
      deep: { b: 2, c: 3 },
      type: 'note',
    });
    expect(revise({ metadata: { session_type: 'call' }, sessionType: 'walk' })).toMatchObject({
      sessionType: 'walk',
      metadata: { session_type: 'walk' },
    });
  });

  it.each<[MemoryPatchInput, unknown]>([
    [{}, undefined],
    [{ project: 'Rum' }, { project: 'Rum' }],
    [{ projectId: 4 }, { projectId: 4 }],
    [
      { project: 'Rum', projectId: 4 },
      { project: 'Rum', projectId: 4 },
    ],
    [{ project: null }, null],
    [{ projectId: null }, null],
    [{ project: null, projectId: null }, null],
    [{ metadata: { project: 'Rum' } }, { project: 'Rum' }],
    [{ metadata: { project: null } }, null],
    [{ metadata: { project: 'Rum' }, projectId: 4 }, { projectId: 4 }],
    [{ metadata: { other: 1 } }, undefined],
  ])('says which project %j means', (patch, project) => {
    expect(acceptPatch(patch, CONTEXT)).toMatchObject({ problems: [], project });
  });

  it('keeps metadata named like a project that is none', () => {
    const { project: _old, ...rest } = CURRENT.metadata;
    expect(revise({ metadata: { project: 5 } }, null)).toEqual({
      ...CURRENT,
      projectId: null,
      project: null,
      metadata: { ...rest, project: 5 },
    });
  });

  it('reads the speaker of new content unless it had been given', () => {
    expect(revise({ content: 'Bo: rum.' }).speaker).toBe('Bo');
    expect(revise({ content: 'rum.' }).speaker).toBeNull();
    expect(revise({ content: 'Bo: rum.' }, undefined, { ...CURRENT, speaker: 'Cy' }).speaker).toBe('Cy');
    expect(revise({ content: 'Bo: rum.' }, undefined, { ...CURRENT, speaker: null }).speaker).toBeNull();
    expect(revise({ content: 'Bo: rum.', speaker: 'Di' }).speaker).toBe('Di');
    const silent = { ...CURRENT, content: 'tea.', speaker: null };
    expect(revise({ content: 'Bo: rum.' }, undefined, silent).speaker).toBe('Bo');
  });

  it('is no preview any more with new content', () => {
    expect(revise({ content: 'rum.' }).contentIsPreview).toBe(false);
    expect(revise({ agentId: 'x' }).contentIsPreview).toBe(true);
  });

  it('refuses merged metadata that is too large, and only where metadata is patched', () => {
    const { revision } = acceptPatch({ metadata: { d: 1, e: 2, f: 3 } }, CONTEXT);
    expect(() => revision(undefined)(CURRENT)).toThrow(InvalidInputError);
    expect(() => revision(undefined)(CURRENT)).toThrow(/metadata: must have at most 6 keys/);
    const wide = acceptPatch({ metadata: { d: 'x'.repeat(180) } }, CONTEXT);
    expect(() => wide.revision(undefined)(CURRENT)).toThrow(/metadata: must have at most 200 bytes/);
    const full = {
      ...CURRENT,
      metadata: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, i])),
    };
    expect(revise({ agentId: 'x' }, undefined, full).agentId).toBe('x');
    expect(() => revise({ metadata: { k0: 1 } }, undefined, full)).toThrow(/at most 6 keys/);
    expect(revise({ metadata: { k0: null, k1: null, k2: null } }, undefined, full).metadata).toMatchObject({
      k3: 3,
    });
  });

  it('keeps keys that only a migration could bring', () => {
    const migrated = { ...CURRENT, metadata: { $old: 1, type: 'note' } };
    expect(revise({ metadata: { a: 1 } }, undefined, migrated).metadata).toMatchObject({ $old: 1, a: 1 });
  });

  it.each<[MemoryPatchInput, string, RegExp]>([
    [{ content: '' }, 'content', /empty/],
    [{ contentType: 'a\u0000' }, 'content_type', /control/],
    [{ sessionType: '' }, 'session_type', /empty/],
    [{ expiresAt: NOW }, 'expires_at', /future/],
    [{ metadata: { a: { $b: null } } }, 'metadata.a.$b', /begins with/],
    [{ metadata: JSON.parse('{"__proto__": null}') as never }, 'metadata.__proto__', /must not be a key/],
    [{ metadata: { session_type: 'x'.repeat(129) } }, 'metadata.session_type', /at most 128 bytes/],
    [{ project: null, projectId: 4 }, 'project_id', /null/],
    [{ project: 'Rum', projectId: null }, 'project_id', /null/],
  ])('refuses what is wrong by its name (%#)', (patch, field, reason) => {
    expect(acceptPatch(patch, CONTEXT).problems).toEqual([{ field, reason: expect.stringMatching(reason) }]);
  });
});
