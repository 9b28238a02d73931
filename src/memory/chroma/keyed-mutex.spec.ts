import { KeyedMutex } from './keyed-mutex';

/** Work that waits to be let go. */
function gated(log: string[], name: string) {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const work = async (): Promise<string> => {
    log.push(`${name} begins`);
    await gate;
    log.push(`${name} ends`);
    return name;
  };
  return { work, open };
}

describe('KeyedMutex', () => {
  it('runs one after the other under a key, in the order of asking', async () => {
    const mutex = new KeyedMutex<number>();
    const log: string[] = [];
    const [a, b] = [gated(log, 'a'), gated(log, 'b')];
    const both = [mutex.run(1, a.work), mutex.run(1, b.work)];
    b.open();
    a.open();
    expect(await Promise.all(both)).toEqual(['a', 'b']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('lets keys run beside each other', async () => {
    const mutex = new KeyedMutex<number>();
    const log: string[] = [];
    const [a, b] = [gated(log, 'a'), gated(log, 'b')];
    const first = mutex.run(1, a.work);
    const second = mutex.run(2, b.work);
    b.open();
    expect(await second).toBe('b');
    a.open();
    await first;
    expect(log.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });

  it('goes on after a failure, which is only told to whoever asked', async () => {
    const mutex = new KeyedMutex<number>();
    const failing = mutex.run(1, () => Promise.reject(new Error('no')));
    const next = mutex.run(1, () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  it('is idle when everything has ended, what was asked for meanwhile too', async () => {
    const mutex = new KeyedMutex<number>();
    const log: string[] = [];
    const [a, b] = [gated(log, 'a'), gated(log, 'b')];
    const first = mutex.run(1, a.work).then(() => mutex.run(1, b.work));
    const idle = mutex.idle().then(() => log.push('idle'));
    a.open();
    b.open();
    await Promise.all([first, idle]);
    await mutex.idle();
    expect(log.slice(0, 2)).toEqual(['a begins', 'a ends']);
  });
});
