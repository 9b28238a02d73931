import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaClient } from 'chromadb';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { DirectoryLock } from '../../src/memory/directory-lock';
import { Memory, SearchHit } from '../../src/memory/memory';
import { MemoryBackend } from '../../src/memory/memory-backend';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { ChromaSourceOptions } from '../../src/migrate/chroma/open-chroma-source';
import { BrokenOffError } from '../../src/migrate/migration.errors';
import { ChromaPlace, OpenChroma } from '../support/chroma-backend';
import { snapshotOf } from '../support/chroma-fixture';
import { FreshDatabase, freshDatabase } from '../support/fresh-database';
import { embedded } from '../support/memories';
import { directorySource, MigrationRig } from '../support/migrating';
import { Relay } from '../support/relay';
import { unitVector, vectorNear } from '../support/vectors';

jest.setTimeout(120_000);

const HOUR = 3_600_000;
const DEFAULT_PLACE = { tenant: 'default_tenant', database: 'default_database' };
const USERS = [1, 7];
/** Vectors of the questions: each is near to some memory, some to its later chunks. */
const QUESTIONS = [1, 2, 3, 12, 13, 22, 23, 31, 71, 72, 99].map((seed) =>
  vectorNear(unitVector(seed), 0.9, 500 + seed),
);

/** Memories of this service in ChromaDB, with everything that they can have. */
describe('what this service keeps in ChromaDB', () => {
  let place: ChromaPlace;
  let database: FreshDatabase;
  let rig: MigrationRig;
  let open: OpenChroma;

  beforeEach(async () => {
    place = new ChromaPlace();
    database = await freshDatabase();
    rig = new MigrationRig(database.url);
    open = await place.open({}, rig.clock);
    await fill(open.backend);
  });
  afterEach(async () => {
    await place.clear();
    rig.remove();
    await database.drop();
  });

  async function fill(backend: ChromaMemoryRepository): Promise<void> {
    await backend.ensureProject(1, 'Nothing in it');
    const project = await backend.ensureProject(1, 'Tea');
    const long = 'The kettle sings before it boils. '.repeat(400);
    await backend.store(1, [
      embedded({
        content: 'Ann: The tea is in the blue tin.',
        speaker: 'Ann',
        project,
        sessionId: 7,
        sessionType: 'chat',
      }),
      embedded({ content: long, externalId: 'long', agentId: 'kettle' }, [2, 3, 4].map(unitVector)),
      embedded({ content: 'replaced', externalId: 'replaced' }, [11, 12, 13].map(unitVector)),
    ]);
    rig.clock.advance(HOUR);
    await backend.store(1, [
      embedded(
        { content: 'replacing', externalId: 'replaced', metadata: { deep: { list: [1, null, 'x'] } } },
        [21, 22, 23].map(unitVector),
      ),
      embedded({ content: 'for a year', expiresAt: rig.clock.in(8_760 * HOUR) }, [unitVector(31)]),
    ]);
    await backend.store(7, [
      embedded(
        { content: 'of another user', externalId: 'long', occurredAt: new Date('2020-02-02T02:02:02.002Z') },
        [71, 72].map(unitVector),
      ),
    ]);
    rig.clock.advance(HOUR);
    await backend.update(1, 'long', (memory) => ({ ...memory, contentType: 'lecture' }));
    rig.clock.advance(HOUR);
  }

  /** Everything that users can see. */
  async function answersOf(backend: MemoryBackend) {
    const answers = [];
    for (const userId of USERS) {
      const page = await backend.list(userId, { filter: {}, order: 'ascending', limit: 100 });
      const projects = await backend.listProjects(userId);
      const searches: ReturnType<typeof shown>[][] = [];
      for (const vector of QUESTIONS)
        searches.push((await backend.search(userId, { vector, filter: {}, limit: 5 })).hits.map(shown));
      const one = await backend.find(userId, 'long');
      answers.push({
        memories: page.items,
        projects,
        searches,
        one,
        statistics: await backend.statistics(userId),
      });
    }
    return answers;
  }

  async function expectSameAnswers(): Promise<void> {
    const before = await answersOf(open.backend);
    expect(before[0]!.memories.map(({ content }) => content.slice(0, 9))).toEqual([
      'Ann: The ',
      'The kettl',
      'replacing',
      'for a yea',
    ]);
    expect(await rig.withService(answersOf)).toEqual(before);
  }

  /** Where the server is, while it runs. */
  async function serverSource(): Promise<ChromaSourceOptions> {
    const url = await open.server.url();
    const choice = { all: false, userId: 1, collections: [] };
    return {
      place: { ...DEFAULT_PLACE, url },
      choice,
      allowLive: false,
    };
  }

  it('answers the same in PostgreSQL, from the directory that a killed server left', async () => {
    const before = await answersOf(open.backend);
    await open.backend.store(1, [embedded({ content: 'for an hour', expiresAt: rig.clock.in(HOUR) })]);
    // As kill -9 of everything leaves it: nobody has put the log into the database.
    const left = join(place.parent, 'left');
    cpSync(place.directory, left, { recursive: true });
    DirectoryLock.tryAcquire(left)!.release();
    rig.clock.advance(2 * HOUR);
    expect(statSync(join(left, 'chroma.sqlite3-wal')).size).toBeGreaterThan(0);
    const files = snapshotOf(left);
    const report = await rig.start(directorySource(left, { all: false }));
    expect(snapshotOf(left)).toEqual(files);
    expect(
      report.collections.map(({ name, userId, counts }) => [
        name,
        userId,
        counts.memories,
        counts.inserted,
        counts.expired,
      ]),
    ).toEqual([
      ['wisdom_sessions', 1, 5, 4, 1],
      ['wisdom_sessions_u7', 7, 1, 1, 0],
    ]);
    expect(report.created).toEqual({
      users: USERS.map((id) => ({ id, name: `user-${id}` })),
      projects: ['Nothing in it', 'Tea'].map((name) => ({ userId: 1, name })),
    });
    expect(await rig.withService(answersOf)).toEqual(before);
  });

  it('is not read while its server is running, unless that is allowed', async () => {
    await expect(rig.start(directorySource(place.directory))).rejects.toThrow(
      /is being written by another process/,
    );
    const report = await rig.start(directorySource(place.directory, { allowLive: true, all: false }));
    expect(report.state).toBe('finished');
    await expectSameAnswers();
  });

  it('answers the same in PostgreSQL, from the running server', async () => {
    const report = await rig.start(await serverSource());
    expect(report.collections.map(({ counts }) => counts.inserted)).toEqual([4, 1]);
    await expectSameAnswers();
    const again = await rig.start(await serverSource());
    expect(again.collections.map(({ counts }) => [counts.inserted, counts.skipped])).toEqual([
      [0, 4],
      [0, 1],
    ]);
  });

  it('migrates together with what the original wrote into the same collection', async () => {
    const { hostname, port } = new URL(await open.server.url());
    const client = new ChromaClient({ host: hostname, port: Number(port) });
    const collection = await client.getCollection({ name: 'wisdom_sessions' });
    await collection.add({
      ids: ['conv_001'],
      embeddings: [Array.from(unitVector(5))],
      documents: ['Bo: of the original'],
      metadatas: [{ session_id: 3 }],
    });
    const report = await rig.start(await serverSource());
    expect(report.collections[0]!.counts).toMatchObject({ memories: 5, inserted: 5 });
    const found = (await rig.all()).find(({ externalId }) => externalId === 'conv_001');
    expect(found).toMatchObject({
      speaker: 'Bo',
      sessionId: 3,
      contentIsPreview: true,
    } satisfies Partial<Memory>);
  });

  it('goes on after its server was lost, and ends as if it had not been', async () => {
    const relay = await Relay.to(await open.server.url());
    const source = { ...(await serverSource()), place: { ...DEFAULT_PLACE, url: relay.url } };
    const before = await answersOf(open.backend);
    let lost: Promise<void> | undefined;
    rig.onProgress = () => void (lost ??= place.close());
    const brokenOff: unknown = await rig.start(source, { batchSize: 1 }).catch((error: unknown) => error);
    expect(brokenOff).toBeInstanceOf(BrokenOffError);
    expect((brokenOff as BrokenOffError).cause).toBeInstanceOf(BackendUnavailableError);
    await lost;
    rig.onProgress = () => undefined;
    await expect(rig.resume(undefined, source)).rejects.toThrow(/does not answer/);
    open = await place.open({}, rig.clock);
    relay.turnTo(await open.server.url());
    const report = await rig.resume(undefined, source);
    expect(report).toMatchObject({ runId: (brokenOff as BrokenOffError).runId, state: 'finished' });
    expect(report.collections.map(({ counts }) => [counts.inserted, counts.skipped])).toEqual([
      [4, 0],
      [1, 0],
    ]);
    expect(await rig.withService(answersOf)).toEqual(before);
    relay.close();
  });

  it('brings later versions when it is told to, and says so when it is not', async () => {
    await rig.start(await serverSource());
    rig.clock.advance(HOUR);
    await open.backend.update(1, 'long', (memory) => ({ ...memory, content: 'shorter' }), [unitVector(99)]);
    await rig.withService((repository) =>
      repository.update(1, 'replaced', (memory) => ({ ...memory, content: 'changed in PostgreSQL' })),
    );
    const skipped = await rig.start(await serverSource());
    expect(skipped.collections[0]!.counts).toMatchObject({ skipped: 4, newerInSource: 1, overwritten: 0 });
    const brought = await rig.start(await serverSource(), { onConflict: 'newer' });
    expect(brought.collections[0]!.counts).toMatchObject({ skipped: 3, newerInSource: 0, overwritten: 1 });
    const [after] = await rig.withService(answersOf);
    expect(after!.one!.content).toBe('shorter');
    expect(after!.searches.at(-1)![0]).toMatchObject({ id: after!.one!.id, similarity: 0.9 });
    expect(after!.memories.find(({ externalId }) => externalId === 'replaced')!.content).toBe(
      'changed in PostgreSQL',
    );
    expect(after!.statistics.chunks).toBe(1 + 1 + 3 + 1);
  });
});

function shown({ memory, similarity }: SearchHit): { readonly id: string; readonly similarity: number } {
  // PostgreSQL keeps half precision.
  return { id: memory.id, similarity: Number(similarity.toFixed(2)) };
}
