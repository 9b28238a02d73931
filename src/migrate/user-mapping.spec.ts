import { UsageError } from '../cli/exit-code';
import { mapUsers, parseUserMapping } from './user-mapping';

describe('parseUserMapping', () => {
  it('adds one to those before it', () => {
    expect(parseUserMapping('12=3', parseUserMapping('1=7'))).toEqual({ 1: 7, 12: 3 });
  });

  it.each(['', '1', '1=', '=1', '0=1', '1=0', '-1=2', '1=2=3', 'ana=1', '1 = 2', '1=9007199254740993'])(
    'does not take %j',
    (text) => {
      expect(() => parseUserMapping(text)).toThrow(UsageError);
    },
  );

  it('does not take a user twice', () => {
    expect(() => parseUserMapping('1=3', { 1: 2 })).toThrow(/says twice who user 1/);
  });
});

describe('mapUsers', () => {
  it.each([
    [
      {},
      [
        [1, 1],
        [2, 2],
      ],
    ],
    [
      { 1: 5 },
      [
        [1, 5],
        [2, 2],
      ],
    ],
    [
      { 1: 2, 2: 1 },
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      { 1: 2, 2: 2 },
      [
        [1, 2],
        [2, 2],
      ],
    ],
  ])('with %j gives %j', (mapping, targets) => {
    expect([...mapUsers([1, 2], mapping)]).toEqual(targets);
  });

  it('makes two users one only where both were named', () => {
    expect(() => mapUsers([1, 2, 3], { 1: 2 })).toThrow(/Users 2 and 1 .* user 2\..*--map-user 2=2/);
  });

  it('knows the users of the source', () => {
    expect(() => mapUsers([1, 2], { 4: 1 })).toThrow(/no user 4, .* It has: 1, 2\./);
  });
});
