import { BatchQueue } from './batch-queue';

/** A queue of texts that are as many tokens long as they have characters. */
function queueOf(budget: number, documents: string[], questions: string[] = []) {
  const queue = new BatchQueue<string>(budget);
  for (const text of documents) queue.push('document', text, text.length);
  for (const text of questions) queue.push('question', text, text.length);
  return queue;
}

function batchesOf(queue: BatchQueue<string>): string[][] {
  const batches: string[][] = [];
  for (let batch = queue.next(); batch.length > 0; batch = queue.next()) batches.push(batch);
  return batches;
}

describe('BatchQueue', () => {
  it('has no batch when nothing waits', () => {
    expect(queueOf(10, []).next()).toEqual([]);
  });

  it('takes the oldest with those nearest to its length', () => {
    const queue = queueOf(9, ['aaa', 'b', 'cccccccc', 'dddd', 'ee']);
    expect(batchesOf(queue)).toEqual([['b', 'ee', 'aaa'], ['cccccccc'], ['dddd']]);
  });

  it('counts each member as long as the longest', () => {
    expect(batchesOf(queueOf(10, ['a', 'bbbbb', 'ccccc', 'ddddd']))).toEqual([
      ['a', 'bbbbb'],
      ['ccccc', 'ddddd'],
    ]);
  });

  it('pads no member by much', () => {
    const lengths = [40, 20, 24, 3, 42, 36, 4];
    const queue = queueOf(
      1000,
      lengths.map((length) => 'x'.repeat(length)),
    );
    expect(batchesOf(queue).map((batch) => batch.map(({ length }) => length))).toEqual([
      [36, 40, 42],
      [20, 24],
      [3, 4],
    ]);
  });

  it('gives what is longer than the budget a batch of its own', () => {
    expect(batchesOf(queueOf(3, ['aaaaa', 'b']))).toEqual([['aaaaa'], ['b']]);
  });

  it('takes equals in the order of their arrival', () => {
    expect(batchesOf(queueOf(4, ['a1', 'b1', 'c1', 'd1']))).toEqual([
      ['a1', 'b1'],
      ['c1', 'd1'],
    ]);
  });

  it('takes questions first, but not twice in a row while documents wait', () => {
    const queue = queueOf(2, ['d1', 'd2'], ['q1', 'q2', 'q3']);
    expect(batchesOf(queue)).toEqual([['q1'], ['d1'], ['q2'], ['d2'], ['q3']]);
  });

  it('has smaller batches of documents while questions come, and whole ones again some time after', () => {
    const queue = new BatchQueue<number>(8, 2);
    const waiting = 200;
    for (let document = 0; document < waiting; document++) queue.push('document', document, 1);
    expect(queue.next()).toHaveLength(8);
    for (let question = 0; question < 3; question++) queue.push('question', question, 1);
    expect(queue.next()).toHaveLength(3);
    const sizes = Array.from({ length: 45 }, () => queue.next().length);
    expect(sizes).toEqual([...Array<number>(40).fill(2), ...Array<number>(5).fill(8)]);
  });

  it('empties in any order of lengths, within the budget', () => {
    const texts = Array.from({ length: 300 }, (_, index) => 'x'.repeat(1 + ((index * 37) % 50)));
    const batches = batchesOf(queueOf(100, texts));
    expect(batches.flat().sort()).toEqual([...texts].sort());
    for (const batch of batches) expect(batch.at(-1)!.length * batch.length).toBeLessThanOrEqual(100);
  });
});
