import { InMemoryRepository } from '../in-memory/in-memory.repository';
import { FallbackBackend } from './fallback-backend';

const CLOCK = { now: () => new Date(0) };
const USER = 1;

/** A promise and what fulfils it. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give!: () => void;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

async function projectsOf(backend: InMemoryRepository): Promise<string[]> {
  return (await backend.listProjects(USER)).map(({ name }) => name);
}

describe('FallbackBackend', () => {
  let substitute: InMemoryRepository;
  let successor: InMemoryRepository;
  let backend: FallbackBackend;

  beforeEach(() => {
    substitute = new InMemoryRepository(CLOCK);
    successor = new InMemoryRepository(CLOCK);
    backend = new FallbackBackend(substitute);
  });

  it('answers from the substitute until the successor takes over', async () => {
    await backend.ensureProject(USER, 'before');
    expect(backend.isSubstituted).toBe(true);
    await backend.handOver(successor);
    await backend.ensureProject(USER, 'after');
    expect(backend.isSubstituted).toBe(false);
    expect([await projectsOf(substitute), await projectsOf(successor)]).toEqual([['before'], ['after']]);
  });

  it('keeps what is pinned on the substitute to its end, and waits for it', async () => {
    const [goOn, ended] = [signal(), signal()];
    let isUnpinned = false;
    const pinned = new Promise<boolean>((resolve) =>
      backend.pin(() => {
        void (async () => {
          await backend.ensureProject(USER, 'first call');
          await goOn.given;
          await backend.ensureProject(USER, 'second call');
          resolve(backend.isSubstituted);
        })();
      }, ended.given),
    );
    const unpinned = backend.handOver(successor).then(() => (isUnpinned = true));
    await backend.ensureProject(USER, 'somebody else');
    expect(backend.isSubstituted).toBe(false);
    goOn.give();
    expect(await pinned).toBe(true);
    expect([await projectsOf(substitute), await projectsOf(successor)]).toEqual([
      ['first call', 'second call'],
      ['somebody else'],
    ]);
    expect(isUnpinned).toBe(false);
    ended.give();
    await unpinned;
  });

  it('pins nothing to the substitute any more once the successor has taken over', async () => {
    await backend.handOver(successor);
    backend.pin(() => expect(backend.isSubstituted).toBe(false), Promise.resolve());
    expect.assertions(1);
  });

  it('takes a request that was broken off for ended', async () => {
    backend.pin(() => undefined, Promise.reject(new Error('the socket broke')));
    await backend.handOver(successor);
  });
});
