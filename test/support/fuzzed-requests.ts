import { FuzzedValues, HOSTILE, Schema } from './fuzzed-values';
import type { Random } from './random';
import type { RawRequest } from './raw-request';

/** As much of an OpenAPI document as is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
    readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** Makes requests to every operation of a document: a third fitting, a third with one thing wrong, a third hostile. */
export class FuzzedRequests {
  private readonly operations: readonly { path: string; method: string; operation: Operation }[];
  private readonly values: FuzzedValues;

  constructor(
    private readonly random: Random,
    { paths, components }: ApiDocument,
  ) {
    this.values = new FuzzedValues(random, components.schemas);
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    );
  }

  /** What the document calls `METHOD /path`, each. */
  get names(): string[] {
    return this.operations.map(({ method, path }) => `${method} ${path}`);
  }

  next(): { readonly name: string; readonly request: RawRequest } {
    const { path, method, operation } = this.random.pick(this.operations);
    const { parameters = [], requestBody } = operation;
    const schema = requestBody?.content['application/json']?.schema;
    const filled = path.replace(/\{(\w+)\}/g, () => this.segment());
    const request = {
      method:
        this.random.int(40) === 0 ? this.random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) : method,
      path: filled + this.query(parameters.filter((parameter) => parameter.in === 'query')),
      ...(schema ? this.body(schema) : {}),
    };
    return { name: `${method} ${path}`, request };
  }

  private body(schema: Schema): Pick<RawRequest, 'body' | 'headers'> {
    const { random, values } = this;
    const fitting = values.fitting(schema);
    switch (random.int(3)) {
      case 0:
        return { body: fitting };
      case 1:
        return { body: JSON.stringify(values.spoilt(fitting)) };
      default:
        return { body: this.broken(JSON.stringify(fitting)), headers: this.headers() };
    }
  }

  /** Bytes that are perhaps no JSON. */
  private broken(json: string): string | Buffer {
    const { random } = this;
    const place = random.int(json.length);
    const bytes = Buffer.from(json);
    switch (random.int(7)) {
      case 0:
        return json.slice(0, place);
      case 1:
        return Buffer.concat([bytes.subarray(0, place), Buffer.from([0xff, 0xc0]), bytes.subarray(place)]);
      case 2:
        return json.replace(
          /:[^,}]*/,
          `:${random.pick(['1e999', '-', 'NaN', '[1,]', '"\\u0000"', '{"a":1,"a":2}'])}`,
        );
      case 3:
        return '['.repeat(1_000 + random.int(100_000));
      case 4:
        return json.replace(/"[^"]*"/, JSON.stringify(random.pick(HOSTILE)));
      case 5:
        return JSON.stringify(random.pick(HOSTILE));
      default:
        return `{"__proto__":${json},"constructor":{"prototype":${json}},${json.slice(1)}`;
    }
  }

  private headers(): Record<string, string> {
    const types = [
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'application/x+json',
      'a/b;c',
    ];
    return this.random.int(3) === 0 ? { 'content-type': this.random.pick(types) } : {};
  }

  private segment(): string {
    const { random } = this;
    const known = ['note-1', '7', 'garden', '01a207fd-deed-7338-b455-73f10a9644a1', '-5', '1.5'];
    return random.int(2) === 0 ? random.pick(known) : this.encoded(random.pick(HOSTILE));
  }

  private query(parameters: NonNullable<Operation['parameters']>): string {
    const { random, values } = this;
    const given = parameters
      .filter(() => random.int(3) === 0)
      .flatMap(({ name, schema, content }) => {
        const fitting = values.fitting(schema ?? content!['application/json']!.schema, name);
        const value = random.int(3) === 0 ? values.spoilt(fitting) : fitting;
        const texts = (Array.isArray(value) ? value : [value]).map((one: unknown) =>
          typeof one === 'object' ? JSON.stringify(one) : String(one),
        );
        return texts.map((text) => `${name}=${this.encoded(text)}`);
      });
    if (random.int(15) === 0) given.push(`${this.encoded(random.pick(HOSTILE))}=1`, '&&=', '%ff');
    return given.length === 0 ? '' : `?${given.join('&')}`;
  }

  /** Half a surrogate pair has no encoding: bytes that are no UTF-8 stand for it. */
  private encoded(value: unknown): string {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return Buffer.from(text).toString() === text ? encodeURIComponent(text) : '%ed%a0%bd';
  }
}
