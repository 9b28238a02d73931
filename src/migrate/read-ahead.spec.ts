import { collected } from '../../test/support/collected';
import { readAhead } from './read-ahead';

describe('readAhead', () => {
  it('gives every item in order, with two more on their way', async () => {
    let read = 0;
    async function* numbers() {
      for (let i = 0; i < 5; i++) {
        read++;
        yield i;
      }
    }
    const ahead = readAhead(numbers());
    expect((await ahead.next()).value).toBe(0);
    await new Promise(setImmediate);
    expect(read).toBe(3);
    expect(await collected(ahead)).toEqual([1, 2, 3, 4]);
  });

  it('fails where the items fail, behind those before', async () => {
    async function* failing() {
      yield 1;
      yield 2;
      throw new Error('lost');
    }
    const found: number[] = [];
    const all = async () => {
      for await (const item of readAhead(failing())) found.push(item);
    };
    await expect(all()).rejects.toThrow('lost');
    expect(found).toEqual([1, 2]);
  });

  it('ends what it reads when it is not wanted any more, whatever that was about to do', async () => {
    let ended = false;
    async function* endless() {
      try {
        yield 1;
        throw new Error('nobody asked');
      } finally {
        ended = true;
      }
    }
    for await (const item of readAhead(endless())) {
      expect(item).toBe(1);
      break;
    }
    expect(ended).toBe(true);
  });
});
