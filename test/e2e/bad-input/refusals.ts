import { Api, startApi } from '../../support/api';
import { RawAnswer, rawRequest, RawRequest } from '../../support/raw-request';

const PROBLEM = {
  type: expect.stringMatching(/^urn:wisdom-memory:problem:[a-z_]+$/),
  title: expect.any(String),
  detail: expect.stringMatching(/./),
  request_id: expect.stringMatching(/./),
};

/** A service with two memories, on which bad requests are tried: afterwards it has the same two and is healthy. */
export class Fortress {
  private api?: Api;
  private before: unknown;

  async open(): Promise<void> {
    this.api = await startApi();
    await this.stored({
      content: 'Ana: The tea is in the blue tin.',
      external_id: 'tea',
      metadata: { a: 1 },
    });
    await this.stored({ content: 'The rum is gone.', external_id: 'rum', project: 'Pantry', session_id: 7 });
    this.before = await this.everything();
  }

  async close(): Promise<void> {
    await this.api?.close();
  }

  send(request: RawRequest): Promise<RawAnswer> {
    return rawRequest(this.api!.url, request);
  }

  /** Sends it and expects problem+json with this status and code, naming exactly these fields if any are given. */
  async refuses(
    request: RawRequest,
    status: number,
    code: string,
    fields?: readonly string[],
  ): Promise<RawAnswer> {
    const answer = await this.send(request);
    expect(answer).toMatchObject({
      status,
      type: expect.stringMatching(/^application\/problem\+json/),
      body: { ...PROBLEM, status, code },
    });
    const { errors, detail } = answer.body as { errors: { field: string; reason: string }[]; detail: string };
    if (fields) expect(errors.map(({ field }) => field).sort()).toEqual([...fields].sort());
    for (const { reason } of errors) expect(reason).toMatch(/^(must|is) /);
    // Nothing of how it is made: no stack, no file, no class.
    expect(detail).not.toMatch(/\bat .*:\d+|\.ts\b|\.js\b|Error:|node_modules/);
    return answer;
  }

  /** All memories, projects and counts of the user as they were, and both kinds of health good. */
  async expectUnharmed(): Promise<void> {
    expect(await this.everything()).toEqual(this.before);
    for (const path of ['/health/live', '/health/ready']) {
      expect(await this.send({ path })).toMatchObject({ status: 200 });
    }
  }

  private async stored(memory: object): Promise<void> {
    expect(await this.send({ path: '/api/memory/store', body: memory })).toMatchObject({ status: 200 });
  }

  private async everything(): Promise<unknown> {
    const paths = ['/api/memory?total=true', '/api/memory/projects', '/api/memory/stats'];
    const answers = await Promise.all(paths.map((path) => this.send({ path })));
    for (const { status } of answers) expect(status).toBe(200);
    return answers.map(({ body }) => body);
  }
}
