import { WaitingRoom } from './waiting-room';

function setup(limit: number) {
  const counts: number[] = [];
  const sut = new WaitingRoom(limit, (chunks) => counts.push(chunks));
  let finish!: () => void;
  const work = new Promise<void>((resolve) => (finish = resolve));
  return { sut, counts, work: () => work, finish };
}

const texts = (count: number, characters = 1) => Array<string>(count).fill('x'.repeat(characters));

describe('WaitingRoom', () => {
  it('refuses documents when it is full, but not questions, and takes them again when there is room', async () => {
    const { sut, work, finish } = setup(2);
    const first = sut.admit('document', texts(2), work);
    await expect(sut.admit('document', texts(1), work)).rejects.toMatchObject({
      code: 'embedding_overloaded',
      kind: 'unavailable',
      retryAfter: 1,
    });
    const question = sut.admit('question', texts(1), work);
    finish();
    await Promise.all([first, question]);
    await expect(sut.admit('document', texts(1), () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('takes a request that is bigger than itself when it is not full', async () => {
    const { sut } = setup(2);
    await expect(sut.admit('document', texts(50), () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('counts long texts by their chunks, and failed work as done', async () => {
    const { sut, counts } = setup(10);
    await sut.admit('document', ['', ...texts(1, 2500)], () => Promise.resolve());
    await sut.admit('question', texts(1), () => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(counts).toEqual([4, 0, 1, 0]);
  });

  it('tells when the room will be free at the present pace, at most a minute', async () => {
    const { sut, work, finish } = setup(100);
    const first = sut.admit('document', texts(100), work);
    const retryAfter = () => sut.admit('document', texts(1), work).catch((error: unknown) => error);
    sut.paceIs(0.25);
    expect(await retryAfter()).toMatchObject({ retryAfter: 25 });
    sut.paceIs(5);
    expect(await retryAfter()).toMatchObject({ retryAfter: 60 });
    finish();
    await first;
  });
});
