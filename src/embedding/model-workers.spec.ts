import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { until } from '../../test/support/processes';
import { ModelWorkers } from './model-workers';
import { WorkerOptions } from './worker-protocol';

const FILE = join(__dirname, '../../test/support/mortal.worker.js');

const UNAVAILABLE = expect.objectContaining({ code: 'embedding_unavailable' }) as unknown;

async function setup(threads: number) {
  const counters = () => new Int32Array(new SharedArrayBuffer(4));
  const options = { stillborn: counters(), deaths: counters(), births: counters() };
  const events = { batch: jest.fn(), ended: jest.fn(), notRestarted: jest.fn() };
  const sut = new ModelWorkers(options as unknown as WorkerOptions, threads, events, FILE);
  await expect(sut.start()).resolves.toBe(1);
  return { sut, events, options };
}

describe('ModelWorkers', () => {
  it('gives each text its vectors, in order, whichever thread they come from', async () => {
    const { sut } = await setup(3);
    const texts = ['', 'a', 'ab', 'a'.repeat(100), 'abc'];
    const lengths = texts.map((text) => [new Float32Array([text.length])]);
    await expect(sut.embed('document', texts)).resolves.toEqual(lengths);
    await expect(sut.embed('document', [])).resolves.toEqual([]);
    await expect(sut.count(texts)).resolves.toEqual([1, 1, 1, 1, 1]);
    await sut.stop();
  });

  it('has the threads that are free do what comes while one is busy', async () => {
    const { sut } = await setup(2);
    const asked = sut.embed('document', ['never answered']);
    const rejected = expect(asked).rejects.toEqual(UNAVAILABLE);
    for (const lane of ['question', 'document'] as const)
      await expect(sut.embed(lane, ['dead or alive'])).resolves.toEqual([[new Float32Array([13])]]);
    await sut.stop(10);
    await rejected;
  });

  it.each(['question', 'document', 'count'] as const)(
    'gives a %s to another thread than the one that counts',
    async (work) => {
      const { sut } = await setup(2);
      const asked = sut.count(['never answered']);
      // What dies with its thread is refused with another reason.
      const rejected = expect(asked).rejects.toThrow('the service is stopping');
      const died = work === 'count' ? sut.count(['die']) : sut.embed(work, ['die']);
      await expect(died).rejects.toEqual(UNAVAILABLE);
      await sut.stop(10);
      await rejected;
    },
  );

  it('does not ask a thread that cannot load its model, until it can', async () => {
    const { sut, events, options } = await setup(2);
    options.stillborn[0] = 1;
    await expect(sut.embed('question', ['die'])).rejects.toEqual(UNAVAILABLE);
    expect(events.notRestarted).toHaveBeenCalled();
    for (const text of ['a', 'ab'])
      await expect(sut.embed('question', [text])).resolves.toEqual([[new Float32Array([text.length])]]);
    options.stillborn[0] = 0;
    await sut.embed('question', ['a']);
    await until('the thread has its model again', () => options.births[0] === 3, 3_000);
    await setImmediate();
    // It is busy, so what the other then dies of is not its own; after that it is the only one.
    const asked = sut.embed('question', ['never answered']);
    const rejected = expect(asked).rejects.toEqual(UNAVAILABLE);
    options.stillborn[0] = 1;
    await expect(sut.embed('question', ['die'])).rejects.toEqual(UNAVAILABLE);
    await expect(sut.embed('question', ['abc'])).resolves.toEqual([[new Float32Array([3])]]);
    await sut.stop(10);
    await rejected;
  });

  it('rejects a request whole when its part in one thread fails, and serves the next', async () => {
    const { sut, events } = await setup(2);
    await expect(sut.embed('document', ['die', 'fine'])).rejects.toEqual(UNAVAILABLE);
    expect(events.ended).toHaveBeenCalledTimes(2);
    await expect(sut.embed('document', ['b', 'cd'])).resolves.toEqual([
      [new Float32Array([1])],
      [new Float32Array([2])],
    ]);
    await sut.stop();
  });
});
