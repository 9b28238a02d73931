import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { HttpEmbedder, HttpEmbedderOptions } from './http.embedder';
import { dot } from './unit-vector';

interface EmbeddingRequest {
  readonly path: string;
  readonly authorization?: string;
  readonly body: { model: string; input: string[]; dimensions?: number };
}

type Answer = (request: EmbeddingRequest, response: ServerResponse) => void;

/** Speaks OpenAI's protocol; a text's vector counts its letters a, b and c. Answers backwards, as it may. */
const embeddings: Answer = ({ body }, response) => {
  const data = body.input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: ['a', 'b', 'c'].map((letter) => text.split(letter).length - 1),
  }));
  response.end(JSON.stringify({ object: 'list', data: data.toReversed(), model: body.model, usage: {} }));
};

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end('{"error":"a secret text"}');

const hangUp: Answer = (_, response) => response.destroy();

const unit = (...numbers: number[]) => numbers.map((number) => number / Math.hypot(...numbers));

describe('HttpEmbedder', () => {
  let server: Server;
  let url: string;
  let requests: EmbeddingRequest[];
  let answer: Answer;

  beforeEach(async () => {
    requests = [];
    answer = (request, response) =>
      request.body.input[0]?.startsWith('Wisdom is')
        ? response.end('{"data":[{"index":0,"embedding":[3,0,4]}]}')
        : embeddings(request, response);
    const receive = async (incoming: IncomingMessage, response: ServerResponse) => {
      const body = JSON.parse(await bodyOf(incoming)) as EmbeddingRequest['body'];
      const request = { path: incoming.url!, authorization: incoming.headers.authorization, body };
      requests.push(request);
      answer(request, response);
    };
    server = createServer((incoming, response) => void receive(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const make = (changes: Partial<HttpEmbedderOptions> = {}) =>
    new HttpEmbedder({ url, model: 'org/letters', queueLimit: 1000, cacheSize: 10, ...changes });

  const started = async (changes: Partial<HttpEmbedderOptions> = {}) => {
    const sut = make(changes);
    await sut.start();
    requests.length = 0;
    return sut;
  };

  it('gives vectors of length 1 in the order of the texts', async () => {
    const sut = await started();
    const vectors = await sut.embedTexts(['abb', 'c', 'aaa']);
    expect(vectors).toHaveLength(3);
    [unit(1, 2, 0), unit(0, 0, 1), unit(1, 0, 0)].forEach((expected, index) =>
      expect(dot(vectors[index]![0]!, expected)).toBeCloseTo(1, 5),
    );
    expect(sut.model).toMatchObject({ name: 'letters', dimension: 3, normalised: true });
    expect(requests[0]).toMatchObject({ path: '/v1/embeddings', body: { model: 'org/letters' } });
  });

  it.each([
    ['', '/v1/embeddings'],
    ['/', '/v1/embeddings'],
    ['/v1', '/v1/embeddings'],
    ['/openai/v1/', '/openai/v1/embeddings'],
    ['/custom/embeddings', '/custom/embeddings'],
  ])('finds the endpoint of %j', async (path, endpoint) => {
    await make({ url: url + path }).start();
    expect(requests[0]!.path).toBe(endpoint);
  });

  it('sends the key, or the credentials of the URL', async () => {
    await make({ apiKey: 'sk-1' }).start();
    await make({ url: url.replace('//', '//user:p%40ss@') }).start();
    expect(requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer sk-1',
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    ]);
  });

  it('sends what waits in requests of at most 32 texts, questions first', async () => {
    const sut = await started();
    const held: (() => void)[] = [];
    const fourHeld = new Promise<void>((resolve) => {
      answer = (request, response) => {
        if (requests.length > 4) return embeddings(request, response);
        if (held.push(() => embeddings(request, response)) === 4) resolve();
      };
    });
    const documents = sut.embedTexts(Array.from({ length: 200 }, (_, index) => `a${index}`));
    const question = sut.embedQuery('b');
    await fourHeld;
    held.forEach((release) => release());
    await Promise.all([documents, question]);
    expect(requests.slice(0, 4).map(({ body }) => body.input.length)).toEqual([32, 32, 32, 32]);
    expect(requests).toHaveLength(8);
    expect(requests.slice(4).map(({ body }) => body.input)).toContainEqual(['b']);
    expect(requests.findIndex(({ body }) => body.input[0] === 'b')).toBeLessThan(7);
  });

  it('embeds a long text in chunks, and a long question as their mean', async () => {
    const sut = await started();
    const text = 'a '.repeat(300) + 'b '.repeat(300);
    const [chunks] = await sut.embedTexts([text]);
    expect(chunks!.length).toBeGreaterThan(1);
    const question = await sut.embedQuery(text);
    expect(question[0]).toBeGreaterThan(0.4);
    expect(question[1]).toBeGreaterThan(0.4);
    expect(dot(question, question)).toBeCloseTo(1, 5);
  });

  it('tries again when the connection breaks', async () => {
    const sut = await started();
    const answers = [hangUp, hangUp, embeddings];
    answer = (request, response) => answers.shift()!(request, response);
    await expect(sut.embedTexts(['a'])).resolves.toHaveLength(1);
    expect(requests).toHaveLength(3);
  });

  it.each<[string, Answer, number, object]>([
    ['a connection that keeps breaking', hangUp, 3, { code: 'embedding_unavailable' }],
    ['429', status(429, { 'retry-after': '7' }), 1, { code: 'embedding_overloaded', retryAfter: 7 }],
    ['503', status(503), 1, { code: 'embedding_overloaded', retryAfter: 5 }],
    [
      '500',
      status(500),
      1,
      { code: 'embedding_unavailable', message: expect.stringContaining('answers 500') },
    ],
    ['no JSON', (_, response) => response.end('<html>'), 1, { code: 'embedding_unavailable' }],
    ['too few vectors', (_, response) => response.end('{"data":[]}'), 1, { code: 'embedding_unavailable' }],
    [
      'vectors of another length',
      (_, response) => response.end('{"data":[{"index":0,"embedding":[1,2]}]}'),
      1,
      { code: 'embedding_unavailable', message: expect.stringContaining('2 numbers instead of 3') },
    ],
  ])('fails clearly on %s, without what the server says', async (_, failing, attempts, expected) => {
    const sut = await started();
    answer = failing;
    const error = await sut.embedTexts(['a']).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ kind: 'unavailable', ...expected });
    expect((error as Error).message).not.toContain('secret');
    expect(requests).toHaveLength(attempts);
    answer = embeddings;
    await expect(sut.embedTexts(['a'])).resolves.toHaveLength(1);
  });

  it('does not wait for ever, and does not ask twice', async () => {
    const sut = await started({ timeoutMs: 50 });
    answer = () => undefined;
    await expect(sut.embedQuery('a')).rejects.toThrow('gives no answer within 0.05 s');
    expect(requests).toHaveLength(1);
  });

  it('ends after what is under way', async () => {
    const sut = await started();
    const texts = sut.embedTexts(Array<string>(100).fill('a'));
    await sut.stop();
    await expect(texts).resolves.toHaveLength(100);
  });

  describe('does not start', () => {
    it('when nothing listens, saying what to check', async () => {
      const sut = make({ url: 'http://user:hunter2@127.0.0.1:9' });
      const start = sut.start().catch((error: unknown) => error as Error);
      const { message } = (await start) as Error;
      expect(message).toContain('org/letters cannot be used at http://127.0.0.1:9/v1/embeddings');
      expect(message).toContain('cannot be reached. Check that the server runs, EMBEDDING_URL');
      expect(message).not.toContain('hunter2');
    });

    it.each<[number, string]>([
      [401, 'refuses EMBEDDING_API_KEY (401)'],
      [404, 'knows no such model or address (404)'],
    ])('on %i', async (code, expected) => {
      answer = status(code);
      await expect(make().start()).rejects.toThrow(expected);
    });

    it('when the dimension is not the configured one', async () => {
      await expect(make({ dimensions: 4 }).start()).rejects.toThrow(
        '3 numbers, but EMBEDDING_DIMENSIONS is 4',
      );
      expect(requests[0]!.body.dimensions).toBe(4);
    });

    it('when vectors are zero', async () => {
      answer = (_, response) => response.end('{"data":[{"index":0,"embedding":[0,0]}]}');
      await expect(make().start()).rejects.toThrow('vectors without a direction');
    });
  });
});
