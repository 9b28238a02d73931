import { MalformedRequestError } from './domain.error';
import { parseQuery } from './query-parser';

describe('parseQuery', () => {
  it.each<[string | null, Record<string, unknown>]>([
    [null, {}],
    ['', {}],
    ['&&', {}],
    ['a=1', { a: '1' }],
    ['a', { a: '' }],
    ['a=1=2', { a: '1=2' }],
    ['a=x+y%2B', { a: 'x y+' }],
    ['a=%F0%9F%92%A1', { a: '💡' }],
    ['a=1&b=2&a=3&a=4', { a: ['1', '3', '4'], b: '2' }],
    ['a[b]=1', { 'a[b]': '1' }],
    ['%61=1', { a: '1' }],
  ])('reads %j', (query, parameters) => {
    expect({ ...parseQuery(query) }).toEqual(parameters);
  });

  it('has a prototype for a name like any other', () => {
    expect(Object.entries(parseQuery('__proto__=1'))).toEqual([['__proto__', '1']]);
  });

  it.each(['a=%', 'a=%zz', '%E0%A4%A=1', 'a=%C3%28'])('refuses %j', (query) => {
    expect(() => parseQuery(query)).toThrow(MalformedRequestError);
  });
});
