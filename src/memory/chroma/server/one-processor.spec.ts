import { processorsOf } from './one-processor';

describe('processorsOf', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,4,8-9', [0, 1, 4, 8, 9]],
    ['', []],
  ])('reads %p', (list, processors) => expect(processorsOf(list)).toEqual(processors));
});
