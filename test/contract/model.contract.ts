import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { EmbeddedMemory, Memory, MemoryFilter } from '../../src/memory/memory';
import { MemoryBackend } from '../../src/memory/memory-backend';
import { asJson, embedded } from '../support/memories';
import { hostileCondition, hostileMetadata } from '../support/metadata-samples';
import { Random, seededRandom } from '../support/random';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

const KEYS = Array.from({ length: 25 }, (_, i) => `key ${i}`);

/** What a memory is but for its id, which differs between two stores; here every memory has an external id. */
function comparable({ id: _id, ...memory }: Memory) {
  return { ...memory, metadata: asJson(memory.metadata) };
}

function randomFilter(random: Random): MemoryFilter {
  return {
    agentId: random.int(3) ? undefined : 'a',
    sessionId: random.int(4) ? undefined : random.int(3),
    metadata: random.int(2) ? undefined : hostileCondition(random, 2),
  };
}

/** Does the same to two backends and expects the same answers. */
class Twins {
  /** Occurrences are all different, so that no order depends on ids. */
  private occurrences = 0;

  constructor(
    private readonly random: Random,
    private readonly userId: number,
    private readonly clock: ContractContext['clock'],
    private readonly backends: readonly [MemoryBackend, MemoryBackend],
  ) {}

  async step(): Promise<void> {
    const { random, userId } = this;
    const key = random.pick(KEYS);
    const filter = randomFilter(random);
    switch (random.int(10)) {
      case 0:
      case 1:
      case 2: {
        const batch = [...new Set([key, random.pick(KEYS), random.pick(KEYS)])].map((id) => this.memory(id));
        return this.same(async (backend) => (await backend.store(userId, batch)).map(comparable));
      }
      case 3:
      case 4: {
        const metadata = hostileMetadata(random);
        const vectors = random.int(2) ? this.vectors() : undefined;
        return this.same(async (backend) => {
          const revise = (memory: Memory) => ({ ...memory, metadata, agentId: null });
          const revised = await backend.update(userId, key, revise, vectors);
          return revised && comparable(revised);
        });
      }
      case 5:
        return this.same((backend) => backend.delete(userId, key));
      case 6: {
        const dryRun = random.int(4) > 0;
        return this.same((backend) => backend.deleteMatching(userId, filter, { dryRun }));
      }
      case 7:
        return this.clock.advance(random.int(2_000));
      case 8:
        return this.sameList(filter);
      default:
        return this.sameSearch(filter);
    }
  }

  async sameCounts(): Promise<void> {
    await this.same((backend) => backend.statistics(this.userId));
    await this.same((backend) => backend.count(this.userId));
  }

  private async sameList(filter: MemoryFilter): Promise<void> {
    const order = this.random.pick(['ascending', 'descending'] as const);
    const limit = 1 + this.random.int(12);
    await this.same(async (backend) => {
      const { items, next, total } = await backend.list(this.userId, {
        filter,
        order,
        limit,
        withTotal: true,
      });
      return { items: items.map(comparable), next: next?.occurredAt, total };
    });
  }

  /** Half precision may swap neighbours: similarities agree place by place, and each memory's is its own. */
  private async sameSearch(filter: MemoryFilter): Promise<void> {
    const vector = unitVector(this.random.int(60));
    const limit = 1 + this.random.int(12);
    const [reference, answer] = await Promise.all([
      this.backends[0].search(this.userId, { vector, filter, limit: 1_000 }),
      this.backends[1].search(this.userId, { vector, filter, limit }),
    ]);
    expect(answer.hits).toHaveLength(Math.min(limit, reference.hits.length));
    for (const [place, { memory, similarity }] of answer.hits.entries()) {
      const own = reference.hits.find((hit) => hit.memory.externalId === memory.externalId);
      expect(comparable(memory)).toEqual(own && comparable(own.memory));
      expect(Math.abs(similarity - own!.similarity)).toBeLessThan(1e-3);
      expect(Math.abs(similarity - reference.hits[place]!.similarity)).toBeLessThan(1e-3);
    }
  }

  private async same(ask: (backend: MemoryBackend) => Promise<unknown>): Promise<void> {
    const [expected, actual] = [await ask(this.backends[0]), await ask(this.backends[1])];
    expect(actual).toEqual(expected);
  }

  private memory(externalId: string): EmbeddedMemory {
    const { random } = this;
    return embedded(
      {
        externalId,
        agentId: random.pick([null, 'a', 'b']),
        sessionId: random.pick([null, 0, 1, 2]),
        content: `text ${random.int(1_000)}`,
        metadata: hostileMetadata(random),
        occurredAt: new Date(Date.UTC(2020, 0, 1) + this.occurrences++),
        expiresAt: random.int(5) ? null : new Date(this.clock.now().getTime() + 1 + random.int(10_000)),
      },
      this.vectors(),
    );
  }

  private vectors(): Float32Array[] {
    return Array.from({ length: 1 + this.random.int(4) }, () => unitVector(this.random.int(60)));
  }
}

export function describeModel(context: ContractContext): void {
  describe('any sequence of calls', () => {
    it.each([1, 2, 3])('is answered as by the reference (seed %d)', async (seed) => {
      const reference = new InMemoryRepository(context.clock);
      const backends = [reference, context.backend] as const;
      const twins = new Twins(seededRandom(seed), context.newUser(), context.clock, backends);
      for (let step = 0; step < 150; step++) {
        await twins.step();
        if (step % 10 === 0) await twins.sameCounts();
      }
    });
  });
}
