import { SQL_LITERALS, SqlParameters, timestampText } from './sql-parameters';

describe('SqlParameters', () => {
  it('numbers and casts what it collects', () => {
    const parameters = new SqlParameters();
    expect([parameters.add("'; drop table", 'text'), parameters.add([1], 'bigint[]')]).toEqual([
      '$1::text',
      '$2::bigint[]',
    ]);
    expect(parameters.values).toEqual(["'; drop table", [1]]);
  });
});

describe('timestampText', () => {
  it.each([
    ['2024-02-29T12:34:56.789Z', '2024-02-29T12:34:56.789Z'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
    ['0000-12-31T23:00:00.000Z', '0001-12-31T23:00:00.000Z BC'],
    ['-000043-03-15T00:00:00.000Z', '0044-03-15T00:00:00.000Z BC'],
    ['+010000-01-01T00:00:00.000Z', '10000-01-01T00:00:00.000Z'],
  ])('writes %s as %s', (iso, text) => {
    expect(timestampText(new Date(iso))).toBe(text);
  });
});

describe('SQL_LITERALS', () => {
  it.each([
    [7, 'bigint', "'7'::bigint"],
    ['a "quoted" word', 'text', '\'a "quoted" word\'::text'],
    ["'; drop table memories; --", 'text', "'''; drop table memories; --'::text"],
    ['back\\slash', 'text', " E'back\\\\slash'::text"],
  ])('quotes %p', (value, type, literal) => {
    expect(SQL_LITERALS.add(value, type)).toBe(literal);
  });
});
