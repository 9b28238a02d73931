/** What came back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Read as JSON; empty text where there is none. */
  readonly body: any;
}

/** One call of the API at an address. */
export async function call(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) };
}

/** A 503 that has what a caller needs to try again, and nothing that is the operator's. */
export function expectUnavailable({ status, headers, body }: Answer, detail = /PostgreSQL/): void {
  expect({ status, detail: body.detail }).toEqual({ status: 503, detail: expect.stringMatching(detail) });
  expect(headers.get('Content-Type')).toMatch('application/problem+json');
  expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(body).toMatchObject({ status: 503, code: 'backend_unavailable', request_id: expect.any(String) });
  expect(JSON.stringify(body)).not.toMatch(
    /\b(select|insert|wisdom_memory|relation|SQLSTATE)\b|127\.0\.0\.1/i,
  );
}
