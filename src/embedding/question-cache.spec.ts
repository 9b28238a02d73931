import { QuestionCache } from './question-cache';

function setup(size: number) {
  const hits: boolean[] = [];
  let embedded = 0;
  const embed = () => Promise.resolve(new Float32Array([++embedded]));
  return { sut: new QuestionCache(size, (hit) => hits.push(hit)), embed, hits };
}

describe('QuestionCache', () => {
  it('embeds a question once, also when it is asked twice at the same time', async () => {
    const { sut, embed, hits } = setup(2);
    const both = await Promise.all([sut.get('a', embed), sut.get('a', embed)]);
    expect([...both, await sut.get('a', embed)].map(([value]) => value)).toEqual([1, 1, 1]);
    expect(hits).toEqual([false, true, true]);
  });

  it('tells questions apart by their exact text, and forgets the one asked longest ago', async () => {
    const { sut, embed, hits } = setup(2);
    for (const text of ['a', 'A', 'a', 'b', 'A']) await sut.get(text, embed);
    expect(hits).toEqual([false, false, true, false, false]);
  });

  it('gives each caller a copy', async () => {
    const { sut, embed } = setup(2);
    (await sut.get('a', embed)).fill(9);
    await expect(sut.get('a', embed)).resolves.toEqual(new Float32Array([1]));
  });

  it('does not remember failures', async () => {
    const { sut, embed } = setup(2);
    await expect(sut.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(sut.get('a', embed)).resolves.toEqual(new Float32Array([1]));
  });

  it('remembers nothing with size 0', async () => {
    const { sut, embed, hits } = setup(0);
    await sut.get('a', embed);
    await expect(sut.get('a', embed)).resolves.toEqual(new Float32Array([2]));
    expect(hits).toEqual([false, false]);
  });
});
