import { Api, startApi } from '../support/api';
import { TESTABLE_KINDS } from '../support/backend-under-test';
import { ApiDocument, FuzzedRequests } from '../support/fuzzed-requests';
import { seededRandom } from '../support/random';
import { RawAnswer, rawRequest, RawRequest } from '../support/raw-request';

jest.setTimeout(120_000);

/** Another one each time, said in the name of the test; `FUZZ_SEED` repeats one. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

const REQUESTS = { 'in-memory': 4_000, chromadb: 1_000, pglite: 600, postgresql: 2_000 };

/** Of the inside: stacks, files, SQL and its complaints, classes. Nothing that is sent looks like it. */
const INSIDE =
  /\bat \S+ \(|node_modules|[\w-]\.[jt]s\b|wisdom_memory\.|wm_app|syntax error|violates|duplicate key|(relation|column|function) "|\bselect\b.*\bfrom\b|Error:|ECONN|\/(src|dist|root|home|tmp)\//i;

const PROBLEM = /^urn:wisdom-memory:problem:[a-z_]+$/;

function faultOf({ status, type, body }: RawAnswer): string | undefined {
  if (status >= 500) return 'is a failure';
  if (status < 400) return undefined;
  if (!type.startsWith('application/problem+json')) return `is of type ${type}`;
  const { type: urn, status: said, request_id: id } = body as Record<string, unknown>;
  if (!PROBLEM.test(String(urn)) || said !== status || typeof id !== 'string')
    return 'is no problem document';
  return INSIDE.test(JSON.stringify(body)) ? 'tells of the inside' : undefined;
}

describe.each(TESTABLE_KINDS)('thousands of requests made from the OpenAPI document, on %s', (kind) => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ kind });
  });
  afterAll(() => api.close());

  it(`are answered without a failure, a crash or a word of the inside (FUZZ_SEED=${SEED})`, async () => {
    const document = (await rawRequest(api.url, { path: '/docs-json' })).body as ApiDocument;
    const requests = new FuzzedRequests(seededRandom(SEED), document);
    const faults: { fault: string; request: RawRequest; answer: RawAnswer }[] = [];
    const statuses = new Map<number, number>();
    const served = new Set<string>();
    const known = { content: 'tea', external_id: 'note-1', session_id: 7, project: 'garden' };
    await rawRequest(api.url, { path: '/api/memory/store', body: known });
    for (let i = 0; i < REQUESTS[kind]; i++) {
      const { name, request } = requests.next();
      const answer = await rawRequest(api.url, request);
      if (answer.status < 300 && name.startsWith(`${request.method} `)) served.add(name);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const fault = faultOf(answer);
      if (fault) faults.push({ fault, request, answer });
    }
    expect(faults).toEqual([]);
    // It got through to what it is about, and was refused where it should be.
    for (const status of [200, 400, 404, 422])
      expect(statuses.get(status)).toBeGreaterThan(REQUESTS[kind] / 100);
    expect((await rawRequest(api.url, { path: '/health/ready' })).status).toBe(200);
  });
});
