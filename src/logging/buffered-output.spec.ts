import { once } from 'node:events';
import { Writable } from 'node:stream';
import { BufferedOutput } from './buffered-output';

function setup() {
  const written: string[] = [];
  const out = {
    write: (text: string) => written.push(text) > 0,
    on: jest.fn(),
    writableLength: 0,
  };
  const exits = process.listeners('exit');
  const sut = new BufferedOutput(out);
  const [exit] = process.listeners('exit').filter((listener) => !exits.includes(listener));
  return { sut, written, out, exit: exit as () => void };
}

/** A reader that takes nothing after the first write until it is told to read on. */
function setupStopped() {
  const read: string[] = [];
  let reading = false;
  let goOn!: () => void;
  const out = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, taken) => {
      read.push(text);
      if (reading) taken();
      else goOn = taken;
    },
  });
  const readOn = async () => {
    reading = true;
    const drained = once(out, 'drain');
    goOn();
    await drained;
  };
  return { sut: new BufferedOutput(out), out, read, readOn };
}

describe('BufferedOutput', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('writes what came within a tenth of a second at once, in order', () => {
    const { sut, written } = setup();
    sut.write('one\n');
    sut.write('two\n');
    expect(written).toEqual([]);
    jest.advanceTimersByTime(100);
    sut.write('three\n');
    jest.advanceTimersByTime(100);
    expect(written).toEqual(['one\ntwo\n', 'three\n']);
  });

  it('does not wait when there is much', () => {
    const { sut, written } = setup();
    sut.write('a'.repeat(4095));
    sut.write('\n');
    expect(written).toEqual([`${'a'.repeat(4095)}\n`]);
    jest.advanceTimersByTime(1000);
    expect(written).toHaveLength(1);
  });

  it('writes what is left at an exit', () => {
    const { sut, written, exit } = setup();
    sut.write('last\n');
    exit();
    expect(written).toEqual(['last\n']);
  });

  it('does not end the process for a reader that is gone', () => {
    const { out } = setupStopped();
    expect(() => out.emit('error', new Error('EPIPE'))).not.toThrow();
  });

  it('keeps 4 MB for a reader that does not read, leaves out the rest, and says how much', async () => {
    const { sut, out, read, readOn } = setupStopped();
    const line = `${'a'.repeat(999)}\n`;
    for (let count = 0; count < 10_000; count++) sut.write(line);
    expect(out.writableLength).toBeLessThan(4.2e6);
    await readOn();
    const kept = read.slice(0, -1).join('').length / line.length;
    expect(kept).toBeGreaterThan(4000);
    expect(JSON.parse(read.at(-1)!)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      msg: `${10_000 - kept} lines of the log are left out here: nobody read them in time`,
    });
    sut.write(line.repeat(5));
    expect(read.at(-1)).toBe(line.repeat(5));
  });
});
