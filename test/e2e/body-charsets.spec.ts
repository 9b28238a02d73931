import { Api, startApi } from '../support/api';
import { RawAnswer, rawRequest } from '../support/raw-request';

const BODY = JSON.stringify({ query: 'tea' });
const UTF_8 = Buffer.from(BODY);
const UTF_16 = Buffer.from(BODY, 'utf16le');

describe('the encoding of a body', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  function send(parameters: string, body: Buffer): Promise<RawAnswer> {
    const headers = { 'content-type': `application/json${parameters}` };
    return rawRequest(api.url, { path: '/api/memory/search', body, headers });
  }

  it.each(['', ';', '; charset=utf-8', ';CHARSET="UTF-8" ', '; profile="a"; charset=utf-8; q=1'])(
    'may be UTF-8, as in "application/json%s"',
    async (parameters) => {
      expect(await send(parameters, UTF_8)).toMatchObject({ status: 200 });
    },
  );

  it.each<[string, Buffer]>([
    ['; charset=utf-16le', UTF_16],
    ['; charset=utf-16', UTF_16],
    [';a="b" ;CHARSET = "UTF-16LE"', UTF_16],
    ['; charset="utf\\-16le"', UTF_16],
    ['; a="; charset=utf-8"; charset=utf-16le', UTF_16],
    ['; charset=utf-32', UTF_16],
    ['; charset=utf-7', UTF_8],
    ['; charset=latin1', UTF_8],
  ])('is nothing else, as in "application/json%s"', async (parameters, body) => {
    expect(await send(parameters, body)).toMatchObject({
      status: 415,
      type: 'application/problem+json; charset=utf-8',
      body: {
        code: 'unsupported_media_type',
        detail: 'Send the body as application/json, in UTF-8.',
      },
    });
  });
});
