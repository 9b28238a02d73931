import { MovableClock } from '../../test/support/movable-clock';
import { WordEmbedder } from '../../test/support/word-embedder';
import { readAppConfig } from '../config/environment';
import { InMemoryRepository } from './in-memory/in-memory.repository';
import { Memory, Project } from './memory';
import { BatchTooLargeError, MemoryNotFoundError } from './memory.errors';
import { MemoryService } from './memory.service';
import { ProjectResolver } from './project-resolver.service';

describe('MemoryService', () => {
  const clock = new MovableClock();

  /** Counts how often it is asked for projects. */
  class CountingRepository extends InMemoryRepository {
    asked = 0;

    override ensureProject(userId: number, name: string): Promise<Project> {
      this.asked++;
      return super.ensureProject(userId, name);
    }
  }

  function serviceOn(backend: InMemoryRepository, embedder = new WordEmbedder()): MemoryService {
    const config = readAppConfig({ MAX_BATCH_MEMORIES: '3' });
    return new MemoryService(backend, embedder, config, clock, new ProjectResolver(backend));
  }

  it.each([0, 4])('takes no batch of %i for those who call without HTTP too', async (size) => {
    const inputs = Array.from({ length: size }, () => ({ content: 'x' }));
    await expect(serviceOn(new InMemoryRepository(clock)).storeAll(1, inputs)).rejects.toThrow(
      'memories: must be a list of 1 to 3',
    );
  });

  it('asks for the project of a batch once', async () => {
    const backend = new CountingRepository(clock);
    const project = 'Garden';
    await serviceOn(backend).storeAll(1, [
      { content: 'a', project },
      { content: 'b', metadata: { project } },
      { content: 'c' },
    ]);
    expect(backend.asked).toBe(1);
  });

  it('changes nothing and creates nothing when the model fails', async () => {
    const backend = new InMemoryRepository(clock);
    const embedder = new WordEmbedder();
    const service = serviceOn(backend, embedder);
    const before = await service.store(1, { content: 'old', externalId: 'k' });
    embedder.failure = new Error('no model');
    await expect(service.patch(1, 'k', { content: 'new', project: 'New' })).rejects.toThrow('no model');
    expect(await service.get(1, 'k')).toEqual(before);
    expect(await backend.listProjects(1)).toEqual([]);
  });

  it('leaves nothing behind of more chunks than the store takes, not even a project', async () => {
    class SmallRepository extends InMemoryRepository {
      override async largestStore(): Promise<number> {
        return 2;
      }
    }
    const backend = new SmallRepository(clock);
    const service = serviceOn(backend);
    const [two, three] = [400, 600].map((words) => ({ content: 'a '.repeat(words), project: `of ${words}` }));
    await expect(service.storeAll(1, [{ content: 'b', project: 'b' }, two!])).rejects.toThrow(
      new BatchTooLargeError(3, 2),
    );
    await expect(service.store(1, three!)).rejects.toThrow(BatchTooLargeError);
    await service.store(1, { content: 'kept', externalId: 'k' });
    await expect(service.patch(1, 'k', three!)).rejects.toThrow(BatchTooLargeError);
    expect(await backend.listProjects(1)).toEqual([]);
    expect(await backend.count(1)).toBe(1);
    expect(await service.store(1, two!)).toMatchObject({ project: 'of 400' });
  });

  it('finds no memory that was deleted while its new text was embedded', async () => {
    const backend = new InMemoryRepository(clock);
    class SlowEmbedder extends WordEmbedder {
      override async embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
        if (texts[0] === 'new') await backend.delete(1, 'k');
        return super.embedTexts(texts);
      }
    }
    const service = serviceOn(backend, new SlowEmbedder());
    await service.store(1, { content: 'old', externalId: 'k' });
    await expect(service.patch(1, 'k', { content: 'new' })).rejects.toThrow(MemoryNotFoundError);
  });

  it('keeps both of two changes at the same time', async () => {
    const service = serviceOn(new InMemoryRepository(clock));
    await service.store(1, { content: 'x', externalId: 'k' });
    await Promise.all([
      service.patch(1, 'k', { metadata: { a: 1 } }),
      service.patch(1, 'k', { metadata: { b: 2 } }),
    ]);
    const { metadata }: Memory = await service.get(1, 'k');
    expect(metadata).toMatchObject({ a: 1, b: 2 });
  });
});
