import { join } from 'node:path';
import { ModelWorker } from './model-worker';
import { WorkerOptions } from './worker-protocol';

const FILE = join(__dirname, '../../test/support/mortal.worker.js');

function setup() {
  const stillborn = new Int32Array(new SharedArrayBuffer(4));
  const deaths = new Int32Array(new SharedArrayBuffer(4));
  const events = { batch: jest.fn(), ended: jest.fn(), notRestarted: jest.fn() };
  const options: Record<string, unknown> = { stillborn, deaths };
  const sut = new ModelWorker(options as unknown as WorkerOptions, events, FILE);
  return { sut, events, options, stillborn };
}

const UNAVAILABLE = expect.objectContaining({
  code: 'embedding_unavailable',
  kind: 'unavailable',
}) as unknown;

describe('ModelWorker', () => {
  it('starts a thread again and asks it once more what the dead one left', async () => {
    const { sut, events } = setup();
    await expect(sut.start()).resolves.toBe(1);
    const answers = Promise.all([
      sut.embed('document', ['die once']),
      sut.embed('question', ['fine']),
      sut.count(['a', 'b']),
    ]);
    await expect(answers).resolves.toEqual([[[new Float32Array([8])]], [[new Float32Array([4])]], [1, 1]]);
    expect(events.ended.mock.calls).toEqual([[expect.objectContaining({ message: 'died of die once' })]]);
    await sut.stop();
  });

  it('gives up on a request that two threads died of, and serves the next', async () => {
    const { sut, events } = setup();
    await sut.start();
    await expect(sut.embed('document', ['die'])).rejects.toEqual(UNAVAILABLE);
    await expect(sut.count(['a'])).resolves.toEqual([1]);
    expect(events.ended).toHaveBeenCalledTimes(2);
    await sut.stop();
  });

  it('rejects what waits when the thread cannot be started again, and tries with the next request', async () => {
    const { sut, events, stillborn } = setup();
    await sut.start();
    stillborn[0] = 1;
    await expect(sut.embed('document', ['die once'])).rejects.toEqual(UNAVAILABLE);
    await expect(sut.count(['a'])).rejects.toEqual(UNAVAILABLE);
    expect(events.notRestarted).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'the model cannot be read' }),
    );
    stillborn[0] = 0;
    await expect(sut.count(['a'])).resolves.toEqual([1]);
    await sut.stop();
  });

  it('rejects what waits when there can be no thread at all, and tries with the next request', async () => {
    const { sut, events, options } = setup();
    await sut.start();
    // `new Worker` throws of what no thread can be given, as it does where no more threads are allowed.
    options.unclonable = () => undefined;
    await expect(sut.embed('document', ['die once'])).rejects.toEqual(UNAVAILABLE);
    await expect(sut.count(['a'])).rejects.toEqual(UNAVAILABLE);
    expect(events.notRestarted).toHaveBeenCalledTimes(2);
    await expect(sut.start()).rejects.toThrow('could not be cloned');
    delete options.unclonable;
    await expect(sut.count(['a'])).resolves.toEqual([1]);
    await sut.stop();
  });

  it('rejects a start that fails, with its reason', async () => {
    const { sut, stillborn } = setup();
    stillborn[0] = 1;
    await expect(sut.start()).rejects.toThrow('the model cannot be read');
    await sut.stop();
  });

  it('answers what was asked before it stops, and nothing after', async () => {
    const { sut } = setup();
    await sut.start();
    const asked = sut.count(['a']);
    const stopped = sut.stop();
    await expect(sut.count(['b'])).rejects.toEqual(UNAVAILABLE);
    await expect(asked).resolves.toEqual([1]);
    await stopped;
  });

  it('rejects what is not answered when its patience ends', async () => {
    const { sut } = setup();
    await sut.start();
    const asked = sut.count(['never answered']);
    const rejected = expect(asked).rejects.toEqual(UNAVAILABLE);
    await sut.stop(10);
    await rejected;
  });
});
