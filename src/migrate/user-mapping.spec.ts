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
  const USERS = [
    { id: 1, name: 'ana' },
    { id: 2, name: 'ben' },
  ];

  it.each([
    [{}, [1, 2]],
    [{ 1: 5 }, [5, 2]],
    [{ 1: 2, 2: 1 }, [2, 1]],
    [{ 1: 2, 2: 2 }, [2, 2]],
  ])('with %j gives %j', (mapping, targets) => {
    expect([...mapUsers(USERS, mapping)]).toEqual([
      [1, targets[0]],
      [2, targets[1]],
    ]);
  });

  it('makes two users one only where both were named', () => {
    expect(() => mapUsers(USERS, { 1: 2 })).toThrow(/Users 2 and 1 .* become one\..*--map-user 2=2/);
  });

  it('asks who is who of two who are called the same', () => {
    const users = [...USERS, { id: 3, name: 'ana' }];
    expect(() => mapUsers(users, {})).toThrow(/Users 1 and 3 .* both called "ana".*--map-user 3=3/);
    expect([...mapUsers(users, { 3: 3 }).values()]).toEqual([1, 2, 3]);
    expect([...mapUsers(users, { 1: 1, 3: 1 }).values()]).toEqual([1, 2, 1]);
  });

  it('knows the users of the source', () => {
    expect(() => mapUsers(USERS, { 4: 1 })).toThrow(/no user 4, .* It has: 1, 2\./);
  });
});
