import { OtherProjectError } from '../../auth/auth.errors';
import { embedded } from '../../../test/support/memories';
import { MovableClock } from '../../../test/support/movable-clock';
import { unitVector } from '../../../test/support/vectors';
import { InMemoryRepository } from '../in-memory/in-memory.repository';
import type { Memory, Project } from '../memory';
import { ProjectBackend } from './project-backend';

const USER = 7;
const EVERYTHING = { filter: {}, order: 'ascending', limit: 100 } as const;

describe('ProjectBackend', () => {
  let all: InMemoryRepository;
  let sut: ProjectBackend;
  let home: Project;
  let other: Project;
  let inside: Memory;
  let outside: Memory;
  let nowhere: Memory;

  beforeEach(async () => {
    all = new InMemoryRepository(new MovableClock());
    sut = new ProjectBackend(all, 'Home');
    other = await all.ensureProject(USER, 'Other');
    home = await all.ensureProject(USER, 'Home');
    [inside, outside, nowhere] = (await all.store(USER, [
      embedded({ externalId: 'inside', project: home, sessionId: 1 }),
      embedded({ externalId: 'outside', project: other, sessionId: 1 }),
      embedded({ externalId: 'nowhere', sessionId: 1, metadata: { project: 'Home' } }),
    ])) as [Memory, Memory, Memory];
  });

  /** That nothing outside was changed. */
  async function expectOthersAsBefore(): Promise<void> {
    expect(await all.find(USER, outside.id)).toEqual(outside);
    expect(await all.find(USER, nowhere.id)).toEqual(nowhere);
  }

  it('finds what is in the project, and nothing else, by whatever key', async () => {
    expect(await sut.find(USER, inside.id)).toEqual(inside);
    expect(await sut.find(USER, 'inside')).toEqual(inside);
    for (const { id, externalId } of [outside, nowhere])
      for (const key of [id, id.toUpperCase(), externalId!])
        expect(await sut.find(USER, key)).toBeUndefined();
    expect(await sut.findAll(USER, [outside.id, inside.id, nowhere.id])).toEqual([inside]);
  });

  it('lists, searches and counts that alone', async () => {
    expect((await sut.list(USER, EVERYTHING)).items).toEqual([inside]);
    const { hits } = await sut.search(USER, { vector: unitVector(1), filter: { sessionId: 1 }, limit: 9 });
    expect(hits.map(({ memory }) => memory)).toEqual([inside]);
    const query = { vector: unitVector(1), words: [], named: [], filter: {}, byVector: 9, byWords: 0 };
    const { chunks } = await sut.findCandidates(USER, query);
    expect(new Set(chunks.map(({ memoryId }) => memoryId))).toEqual(new Set([inside.id]));
    expect(await sut.count(USER)).toBe(1);
    expect(await sut.statistics(USER)).toMatchObject({ memories: 1 });
    expect(await sut.listProjects(USER)).toEqual([{ ...home, memories: 1 }]);
  });

  it('is empty, and makes nothing, as long as there is no such project', async () => {
    const nothing = new ProjectBackend(all, 'New');
    expect((await nothing.list(USER, EVERYTHING)).items).toEqual([]);
    expect(await nothing.count(USER)).toBe(0);
    expect(await nothing.deleteMatching(USER, {}, { dryRun: false })).toEqual({ matched: 0, deleted: 0 });
    expect(await all.findProject(USER, { name: 'New' })).toBeUndefined();
  });

  it('stores what names no project in its own, and makes that when it must', async () => {
    const [stored] = await sut.store(USER, [embedded()]);
    expect(stored).toMatchObject({ project: 'Home', projectId: home.id, metadata: { project: 'Home' } });
    const [first] = await new ProjectBackend(all, 'New').store(USER, [embedded()]);
    expect(first).toMatchObject({ project: 'New' });
  });

  it.each([
    [
      'a memory of another project',
      () => [embedded(), embedded({ project: other })],
      /leave project and project_id out/,
    ],
    [
      'the external id of one outside',
      () => [embedded(), embedded({ externalId: 'outside', project: home })],
      /external_id "outside"/,
    ],
    [
      'the external id of one in none',
      () => [embedded({ externalId: 'nowhere' })],
      /external_id "nowhere" .*: take another/,
    ],
  ])('stores nothing of a call with %s', async (_what, memories, detail) => {
    const refused = expect.objectContaining({
      code: 'other_project',
      message: expect.stringMatching(detail),
    });
    await expect(sut.store(USER, memories())).rejects.toEqual(refused);
    expect(await all.count(USER)).toBe(3);
    await expectOthersAsBefore();
  });

  it('replaces its own under an external id', async () => {
    const [stored] = await sut.store(USER, [embedded({ externalId: 'inside', content: 'new' })]);
    expect(stored).toMatchObject({ id: inside.id, content: 'new', project: 'Home' });
  });

  it('changes its own, and lets nothing out', async () => {
    expect(await sut.update(USER, 'inside', (memory) => ({ ...memory, speaker: 'Ana' }))).toMatchObject({
      speaker: 'Ana',
    });
    for (const { id: projectId, name: project } of [other, { id: null, name: null }])
      await expect(
        sut.update(USER, 'inside', (memory) => ({ ...memory, projectId, project })),
      ).rejects.toThrow(OtherProjectError);
    for (const { id } of [outside, nowhere]) {
      const revise = () => {
        throw new Error('saw it');
      };
      expect(await sut.update(USER, id, revise)).toBeUndefined();
      expect(await sut.delete(USER, id)).toBe(false);
    }
    expect(await sut.find(USER, 'inside')).toMatchObject({ speaker: 'Ana', project: 'Home' });
    await expectOthersAsBefore();
  });

  it('deletes its own alone', async () => {
    expect(await sut.deleteMatching(USER, { sessionId: 1 }, { dryRun: true })).toEqual({
      matched: 1,
      deleted: 0,
    });
    expect(await sut.deleteMatching(USER, {}, { dryRun: false, expectedCount: 1 })).toMatchObject({
      deleted: 1,
    });
    const [stored] = await sut.store(USER, [embedded()]);
    expect(await sut.delete(USER, stored!.id)).toBe(true);
    await expectOthersAsBefore();
    await expect(sut.deleteUser()).rejects.toThrow(OtherProjectError);
  });

  it('refuses what names another project, whether there is one or not', async () => {
    for (const by of [{ name: 'Other' }, { name: 'None' }, { id: other.id }, { id: 99 }])
      await expect(sut.findProject(USER, by)).rejects.toThrow(OtherProjectError);
    for (const name of ['Other', 'None'])
      await expect(sut.ensureProject(USER, name)).rejects.toThrow(OtherProjectError);
    const filter = { projectId: other.id };
    await expect(sut.list(USER, { ...EVERYTHING, filter })).rejects.toThrow(OtherProjectError);
    await expect(sut.deleteMatching(USER, filter, { dryRun: false })).rejects.toThrow(OtherProjectError);
    expect(await sut.findProject(USER, { name: 'Home' })).toEqual(home);
    expect(await sut.findProject(USER, { id: home.id })).toEqual(home);
  });
});
