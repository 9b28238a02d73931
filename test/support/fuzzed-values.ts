import type { Random } from './random';

/** As much of a JSON schema as the API's document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const WORDS = ['tea', 'tin', 'Ana: wisdom', 'garden', 'für', '山', '🫖', 'What is it?', '2026-05-08'];

/** What has broken services elsewhere. None of it looks like what must not leak. */
export const HOSTILE: readonly unknown[] = [
  ...[
    '',
    ' ',
    '\0',
    '\u001b[31m',
    '\ud83d',
    '\udc00x',
    '\ufeff',
    '\u202e',
    '\r\nX-Injected: 1',
    '%00',
    '%zz',
  ],
  ...[
    `' or 1=1 --`,
    `"; drop table x; --`,
    `\\'`,
    '$1',
    '$$',
    '${7*7}',
    '{{7*7}}',
    '`id`',
    '$(id)',
    ';',
    '%s%n',
  ],
  ...[
    '../../etc/passwd',
    '..',
    '.',
    '/',
    '//',
    '\\',
    'file:///etc/passwd',
    '<script>alert(1)</script>',
    '*',
    '?',
    '#',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'search', 'null', 'NaN'],
  ...['1e400', '-0', '0x10', '9'.repeat(400), 'x'.repeat(5_000), 'é'.repeat(300), '('.repeat(50), 'a&b|!c:*'],
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 63, 5e-324, 2_147_483_648],
  ...[
    [],
    {},
    [[]],
    [null],
    { $gt: 1 },
    { $where: 'x' },
    { $ne: null },
    { then: {} },
    { length: 1e9 },
    { toJSON: 1 },
  ],
  ...[
    '9999-12-31T23:59:59.999Z',
    '0000-00-00',
    '2026-02-30T00:00:00Z',
    '-271821-04-20',
    '1969-12-31T23:59:60Z',
  ],
];

const OPERATORS = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$contains',
  '$regex',
];

/** Makes values for the schemas of a document: fitting, or not. */
export class FuzzedValues {
  constructor(
    private readonly random: Random,
    private readonly schemas: Readonly<Record<string, Schema>>,
  ) {}

  /** What fits, mostly: lengths and numbers at the edges of what is allowed are more likely than elsewhere. */
  fitting(schema: Schema, name = ''): unknown {
    const { random } = this;
    if (schema.$ref) return this.fitting(this.schemas[schema.$ref.split('/').at(-1)!]!, name);
    if (schema.allOf) return this.fitting(schema.allOf[0]!, name);
    if (schema.nullable && random.int(10) === 0) return null;
    if (schema.enum) return random.pick(schema.enum);
    switch (schema.type) {
      case 'integer':
        return this.number(schema, Math.trunc);
      case 'number':
        return this.number(schema, (value) => value);
      case 'boolean':
        return random.int(2) === 0;
      case 'array': {
        const { minItems = 0, maxItems = 3, items = {} } = schema;
        const length = Math.min(maxItems, minItems + random.int(4));
        return Array.from({ length }, () => this.fitting(items, name));
      }
      case 'object':
        return schema.properties ? this.record(schema) : this.free(name === 'metadata_filter', 3);
      default:
        return schema.format === 'date-time' ? this.time() : this.text(schema);
    }
  }

  /** A fitting value with one thing wrong in it, however deep: missing, added, of another type, or hostile. */
  spoilt(value: unknown): unknown {
    const { random } = this;
    if (typeof value !== 'object' || value === null || random.int(4) === 0) return random.pick(HOSTILE);
    if (Array.isArray(value)) {
      if (value.length === 0 || random.int(6) === 0) return [...(value as unknown[]), random.pick(HOSTILE)];
      const place = random.int(value.length);
      return value.map((item: unknown, i) => (i === place ? this.spoilt(item) : item));
    }
    const fields = Object.entries(value);
    const [name, held] = fields.length > 0 ? random.pick(fields) : ['', undefined];
    switch (random.int(4)) {
      case 0:
        return Object.fromEntries(fields.filter(([other]) => other !== name));
      case 1:
        return Object.fromEntries([...fields, [String(random.pick(HOSTILE)), random.pick(HOSTILE)]]);
      default:
        return Object.fromEntries([...fields, [name, this.spoilt(held)]]);
    }
  }

  /** Any JSON, or a metadata filter, some of it hostile. */
  private free(isFilter: boolean, depth: number): unknown {
    const { random } = this;
    const key = () => {
      if (isFilter && random.int(3) === 0) return random.pick(['$and', '$or', '$not', ...OPERATORS]);
      return random.int(8) === 0
        ? String(random.pick(HOSTILE))
        : random.pick(['a', 'b.c', 'source', 'project']);
    };
    const value = (): unknown => {
      if (depth > 0 && random.int(3) === 0) return this.free(isFilter, depth - 1);
      if (depth > 0 && random.int(5) === 0) return [this.free(isFilter, depth - 1), random.pick(WORDS)];
      return random.int(5) === 0 ? random.pick(HOSTILE) : random.pick([...WORDS, 1, 2.5, true, null]);
    };
    return Object.fromEntries(Array.from({ length: random.int(4) }, () => [key(), value()]));
  }

  private record({ properties = {}, required = [] }: Schema): unknown {
    const chosen = Object.entries(properties).filter(
      ([name]) => required.includes(name) || this.random.int(4) === 0,
    );
    return Object.fromEntries(chosen.map(([name, schema]) => [name, this.fitting(schema, name)]));
  }

  private number({ minimum = -1e6, maximum = 1e6 }: Schema, rounded: (value: number) => number): number {
    const { random } = this;
    const edges = [minimum, maximum, minimum + 1, Math.min(maximum, 7)];
    return random.int(3) === 0
      ? random.pick(edges)
      : rounded(minimum + random.next() * (Math.min(maximum, minimum + 100) - minimum));
  }

  private text({ minLength = 0, maxLength = 100 }: Schema): string {
    const { random } = this;
    if (random.int(20) === 0) return 'x'.repeat(Math.min(maxLength, 2_000) + random.int(2));
    const text = Array.from({ length: 1 + random.int(5) }, () => random.pick(WORDS)).join(' ');
    return text.slice(0, Math.max(minLength, maxLength));
  }

  private time(): string {
    return new Date(Date.UTC(2000 + this.random.int(100), this.random.int(12))).toISOString();
  }
}
