import { embedded } from '../support/memories';
import { ContractContext } from './contract-context';

/** In code point order. */
const NAMES = [
  ' ',
  "'; drop table projects; --",
  'A',
  'Z',
  '__proto__',
  'a',
  'a b',
  'constructor',
  'x'.repeat(255),
  'é',
  '\uffff',
  '\u{1f600}',
];

export function describeProjects(context: ContractContext): void {
  describe('projects', () => {
    it('creates a project once and finds it by name and id', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      expect(project).toEqual({ id: expect.any(Number), name: 'Tea' });
      expect(Number.isSafeInteger(project.id) && project.id > 0).toBe(true);
      expect(await context.backend.ensureProject(userId, 'Tea')).toEqual(project);
      expect(await context.backend.findProject(userId, { name: 'Tea' })).toEqual(project);
      expect(await context.backend.findProject(userId, { id: project.id })).toEqual(project);
    });

    it('compares names exactly', async () => {
      const userId = context.newUser();
      const names = ['tea', 'Tea', 'tea ', 'té', 'te\u0301'];
      const ids = new Set<number>();
      for (const name of names) ids.add((await context.backend.ensureProject(userId, name)).id);
      expect(ids.size).toBe(names.length);
      expect(await context.backend.findProject(userId, { name: 'TEA' })).toBeUndefined();
      expect(await context.backend.findProject(userId, { id: Number.MAX_SAFE_INTEGER })).toBeUndefined();
    });

    it('gives one project to concurrent calls', async () => {
      const userId = context.newUser();
      const projects = await Promise.all(
        Array.from({ length: 10 }, () => context.backend.ensureProject(userId, 'Tea')),
      );
      expect(new Set(projects.map(({ id }) => id)).size).toBe(1);
      expect(await context.backend.listProjects(userId)).toEqual([{ ...projects[0], memories: 0 }]);
    });

    it('gives different projects to concurrent calls with different names', async () => {
      const userId = context.newUser();
      const projects = await Promise.all(
        Array.from({ length: 10 }, (_, i) => context.backend.ensureProject(userId, `project ${i}`)),
      );
      expect(new Set(projects.map(({ id }) => id)).size).toBe(10);
    });

    it('lists all by name in code point order, those without memories too', async () => {
      const userId = context.newUser();
      for (const name of [...NAMES].reverse()) await context.backend.ensureProject(userId, name);
      const listed = await context.backend.listProjects(userId);
      expect(listed.map(({ name }) => name)).toEqual(NAMES);
      expect(new Set(listed.map(({ id }) => id)).size).toBe(NAMES.length);
      for (const { id, name } of listed) {
        expect(await context.backend.findProject(userId, { name })).toEqual({ id, name });
      }
    });

    it('counts the memories that are in a project now', async () => {
      const userId = context.newUser();
      const tea = await context.backend.ensureProject(userId, 'Tea');
      const rum = await context.backend.ensureProject(userId, 'Rum');
      const counts = async () =>
        Object.fromEntries(
          (await context.backend.listProjects(userId)).map(({ name, memories }) => [name, memories]),
        );
      await context.backend.store(userId, [
        embedded({ project: tea, externalId: '1' }),
        embedded({ project: tea, externalId: '2' }),
        embedded({ project: tea, externalId: '3' }),
        embedded(),
      ]);
      expect(await counts()).toEqual({ Rum: 0, Tea: 3 });
      await context.backend.update(userId, '1', (memory) => ({
        ...memory,
        projectId: rum.id,
        project: 'Rum',
      }));
      expect(await counts()).toEqual({ Rum: 1, Tea: 2 });
      await context.storeOne(userId, embedded({ externalId: '2' }));
      expect(await counts()).toEqual({ Rum: 1, Tea: 1 });
      await context.backend.delete(userId, '3');
      expect(await counts()).toEqual({ Rum: 1, Tea: 0 });
      await context.backend.deleteMatching(userId, { projectId: rum.id }, { dryRun: false });
      expect(await counts()).toEqual({ Rum: 0, Tea: 0 });
    });
  });
}
