import { hasMoreParts, JsonParts } from './json-parts';

/** The parts of JSON, as reading it finds them. */
function partsOf(value: unknown): JsonParts {
  if (typeof value !== 'object' || value === null) return { keys: 0, containers: 0 };
  const inside = Object.values(value).map(partsOf);
  const sum = (kind: keyof JsonParts) => inside.reduce((total, parts) => total + parts[kind], 0);
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return { keys: own + sum('keys'), containers: 1 + sum('containers') };
}

describe('hasMoreParts', () => {
  it.each([
    '7',
    '""',
    '[]',
    '{"a": {"b": [1, {}, [[]], {"c": ":", "d": "[{"}]}}',
    String.raw`{"a\"b:[": "\\", "\\\"{": ["\\\\", "\u0022:", "\"[:"], "ä:": "\ud83d\ude00"}`,
    ' {\n"a" : [ true ,\t{ "b":null } ] , "c":{"d" :1.5e3} } ',
  ])('counts what is in %s, and nothing inside texts', (json) => {
    const bytes = Buffer.from(json);
    const { keys, containers } = partsOf(JSON.parse(json));
    expect(hasMoreParts(bytes, { keys, containers })).toBe(false);
    if (keys > 0) expect(hasMoreParts(bytes, { keys: keys - 1, containers })).toBe(true);
    if (containers > 0) expect(hasMoreParts(bytes, { keys, containers: containers - 1 })).toBe(true);
  });

  it('comes to an end in a text that has none', () => {
    for (const json of ['"', '{"a', '"\\', '{"a": "\\"'])
      expect(hasMoreParts(Buffer.from(json), { keys: 1, containers: 1 })).toBe(false);
  });
});
