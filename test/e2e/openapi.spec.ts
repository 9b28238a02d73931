import request from 'supertest';
import { ServiceProcess } from '../support/service-process';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly required?: string[];
  readonly items?: Schema;
  readonly allOf?: Schema[];
  readonly nullable?: boolean;
  readonly description?: string;
  readonly additionalProperties?: unknown;
}

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly summary: string; readonly value: unknown }>;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: string[];
  readonly parameters: { readonly name: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Record<string, Content> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Content> }
  >;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

type Call = readonly [name: string, path: string, method: string, operation: Operation];

/** The plugin that reads the comments of DTOs runs in the build only, so this asks the built service. */
describe('the OpenAPI document of the built service', () => {
  let service: ServiceProcess;
  let http: ReturnType<typeof request>;
  let document: Document;
  let calls: Call[];

  beforeAll(async () => {
    service = await ServiceProcess.start({ MAX_METADATA_KEYS: '300' });
    http = request(await service.url());
    document = (await http.get('/docs-json')).body;
    calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [`${method} ${path}`, path, method, operation] as const,
      ),
    );
  }, 60_000);
  afterAll(() => service.stop());

  it('has every call of the API and nothing else', () => {
    expect(calls.map(([name]) => name).sort()).toEqual([
      'delete /api/memory/session/{session_id}',
      'delete /api/memory/{id}',
      'get /api/memory',
      'get /api/memory/project/{name}',
      'get /api/memory/project/{name}/context',
      'get /api/memory/projects',
      'get /api/memory/session/{session_id}',
      'get /api/memory/stats',
      'get /api/memory/status',
      'get /api/memory/{id}',
      'get /health/live',
      'get /health/ready',
      'get /metrics',
      'patch /api/memory/{id}',
      'post /api/memory/context',
      'post /api/memory/delete',
      'post /api/memory/initialize',
      'post /api/memory/search',
      'post /api/memory/store',
      'post /api/memory/store/batch',
    ]);
  });

  it('names every call for generated clients, each once', () => {
    const ids = calls.map(([, , , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['memoryStore', 'memorySearch', 'sessionDelete', 'projectContext']),
    );
  });

  it('tells the limits that are configured', () => {
    expect(document.info.description).toContain('300 keys');
    expect(JSON.stringify(document)).not.toContain('256 keys');
  });

  it('leaves no reference open and no extension in it', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map((match) => match[1]);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((reference) => !known.includes(reference!))).toEqual([]);
    expect(text).not.toContain('x-limit');
  });

  it('says that a request has no other fields, and which may be null', () => {
    const closed = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      schema.additionalProperties === false ? [name] : [],
    );
    expect(closed.sort()).toEqual([
      'ContextDto',
      'DeleteMatchingDto',
      'FilterDto',
      'NewMemoryDto',
      'PatchMemoryDto',
      'SearchDto',
      'StoreBatchDto',
      'StoreDto',
      'TenantDto',
    ]);
    const nullable = Object.entries(document.components.schemas.PatchMemoryDto!.properties!).flatMap(
      ([field, schema]) => (schema.nullable ? [] : [field]),
    );
    expect(nullable.sort()).toEqual(['content', 'content_type', 'metadata', 'occurred_at']);
    const { properties, required } = document.components.schemas.SearchDto!;
    expect(required).toEqual(['query']);
    expect(Object.entries(properties!).filter(([, schema]) => !schema.nullable)).toHaveLength(1);
  });

  it('describes every field of every schema', () => {
    const undescribed = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).flatMap(([field, schema]) =>
        schema.description ? [] : [`${name}.${field}`],
      ),
    );
    expect(undescribed).toEqual([]);
  });

  it('describes every call and parameter, and shows an example of every answer of the API', () => {
    for (const [name, path, , operation] of calls) {
      expect([name, operation.tags?.length]).toEqual([name, 1]);
      expect(operation.summary).toMatch(/\S/);
      expect(operation.description).toMatch(/\S/);
      for (const parameter of operation.parameters) expect(parameter.description).toMatch(/\S/);
      if (!path.startsWith('/api/')) continue;
      for (const [status, response] of Object.entries(operation.responses))
        expect([name, status, isExemplary(status, response)]).toEqual([name, status, true]);
      for (const status of ['400', '422', '429', '500', '503'])
        expect(operation.responses).toHaveProperty(status);
    }
  });

  it('shows answers that have exactly the fields of their schema', () => {
    for (const [name, , , { responses }] of calls)
      for (const { content = {} } of Object.values(responses))
        for (const { schema, examples = {} } of Object.values(content))
          for (const { value } of Object.values(examples))
            expect([name, ...mismatches(schema, value)]).toEqual([name]);
  });

  it('shows requests that the service takes, and answers them with the fields of the schema', async () => {
    const stored = await http
      .post('/api/memory/store')
      .send({ content: 'To be changed', external_id: 'x/1' });
    expect(stored.status).toBe(200);
    for (const [name, path, method, { requestBody, responses }] of calls)
      for (const { value } of Object.values(requestBody?.content['application/json']?.examples ?? {})) {
        const url = path.replace('{id}', encodeURIComponent('x/1'));
        const send = method === 'patch' ? http.patch(url) : http.post(url);
        const { status, body } = await send.send(value as object);
        // Whoever deletes exactly 12 is told that there are not 12.
        const expected = JSON.stringify(value).includes('expected_count') ? 409 : 200;
        expect([name, value, status]).toEqual([name, value, expected]);
        const answer = Object.values(responses[status]!.content!)[0]!;
        expect([name, ...mismatches(answer.schema, body)]).toEqual([name]);
      }
  });

  it('shows errors word for word', async () => {
    const wrong: [call: string, method: 'get' | 'post', path: string, body?: object][] = [
      [
        'post /api/memory/search',
        'post',
        '/search',
        { query: 'x', metadata_filter: { 'bed.number': { $above: 1 } } },
      ],
      ['post /api/memory/search', 'post', '/search', { query: 'x', user_id: 0 }],
      [
        'post /api/memory/store/batch',
        'post',
        '/store/batch',
        { memories: [{ content: 'x' }, { content: '' }] },
      ],
      ['post /api/memory/store', 'post', '/store', { content: 'x', project_id: 77 }],
      ['post /api/memory/delete', 'post', '/delete', { filter: {} }],
      ['get /api/memory/{id}', 'get', '/garden%2F18'],
      ['get /api/memory/project/{name}', 'get', '/project/%zz'],
      ['get /api/memory', 'get', '?speaker=%zz'],
    ];
    for (const [call, method, path, body] of wrong) {
      const answer = await http[method](`/api/memory${path}`).send(body);
      const { responses } = calls.find(([name]) => name === call)![3];
      const examples = Object.values(responses[answer.status]!.content!)[0]!.examples!;
      const shown = Object.values(examples).map(({ value }) => ({ ...(value as object), request_id: '' }));
      expect([call, shown]).toEqual([call, expect.arrayContaining([{ ...answer.body, request_id: '' }])]);
    }
  });

  it('answers calls without a body with the fields of the schema', async () => {
    const paths: Record<string, string> = {
      '{session_id}': '7',
      '{name}': 'Kitchen%20garden',
      '{id}': 'nothing%2Fhere',
    };
    const reads = calls.filter(([, path, method]) => method === 'get' && path !== '/metrics');
    for (const [name, path, , { responses }] of reads) {
      const { status, body } = await http.get(path.replace(/\{\w+\}/, (key) => paths[key]!));
      expect([name, status]).toEqual([name, path.endsWith('{id}') ? 404 : 200]);
      const { schema } = Object.values(responses[status]!.content!)[0]!;
      expect([name, ...mismatches(schema, body)]).toEqual([name]);
    }
  });

  it('is all that its paths take: another method is refused, with those there are', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const url = path.replace('{session_id}', '7').replace(/\{\w+\}/, 'x');
      const allowed = Object.keys(methods).flatMap((name) =>
        name === 'get' ? ['GET', 'HEAD'] : name.toUpperCase(),
      );
      for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
        if (method in methods) continue;
        const { status, headers, body } = await http[method](url);
        const told = [path, method, status, headers.allow, body.code];
        expect(told).toEqual([path, method, 405, allowed.sort().join(', '), 'method_not_allowed']);
      }
    }
  });

  it('comes with a page that loads everything from here', async () => {
    const { text, headers } = await http.get('/docs').redirects(1);
    expect(text).toContain('<title>Wisdom Memory</title>');
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\.\/docs\//);
      expect((await http.get(file.slice(1))).status).toBe(200);
    }
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    // Scripts in the page itself would be refused by that policy.
    expect(text).not.toMatch(/<script>/);
  });

  /** Where a value is not what its schema says: fields too many or too few, wrong types. */
  function mismatches(schema: Schema, value: unknown, path = '$'): string[] {
    const { $ref, allOf } = schema;
    if ($ref !== undefined)
      return mismatches(document.components.schemas[$ref.split('/').at(-1)!]!, value, path);
    if (allOf) return mismatches(allOf[0]!, value, path);
    if (value === null) return schema.nullable ? [] : [`${path} is null`];
    if (schema.type === 'array')
      return Array.isArray(value)
        ? value.flatMap((item, i) => mismatches(schema.items!, item, `${path}[${i}]`))
        : [`${path} is no list`];
    if (schema.type !== 'object' || schema.additionalProperties)
      return isOfType(schema.type, value) ? [] : [`${path} is no ${schema.type}`];
    const { properties = {}, required = [] } = schema;
    const fields = Object.entries(value as object);
    return [
      ...required
        .filter((field) => !(field in (value as object)))
        .map((field) => `${path}.${field} is missing`),
      ...fields.flatMap(([field, part]) =>
        field in properties
          ? mismatches(properties[field]!, part, `${path}.${field}`)
          : [`${path}.${field} is not in the schema`],
      ),
    ];
  }
});

function isExemplary(status: string, { description, content }: Operation['responses'][string]): boolean {
  if (status === '204') return description !== '' && content === undefined;
  const [type, example] = Object.entries(content ?? {})[0] ?? [];
  const expected = status === '200' ? 'application/json' : 'application/problem+json';
  return description !== '' && type === expected && Object.keys(example?.examples ?? {}).length > 0;
}

function isOfType(type: string | undefined, value: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
