import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { RawServer } from '../../test/support/raw-server';
import { onAnswerEnd } from './answer-end';

describe('onAnswerEnd', () => {
  const ended: string[] = [];
  const answers: ServerResponse[] = [];
  let server: RawServer;

  beforeEach(async () => {
    ended.length = answers.length = 0;
    server = await RawServer.start((_request, response) => void answers.push(response));
  });
  afterEach(() => server.close());

  function note(response: ServerResponse): void {
    onAnswerEnd(response, () => ended.push(response.req.url!));
  }

  it('calls once when the answer is out', async () => {
    await server.request('/one');
    note(answers[0]!);
    expect(ended).toEqual([]);
    const closed = once(answers[0]!, 'close');
    answers[0]!.end();
    await closed;
    expect(ended).toEqual(['/one']);
    await server.leave();
    expect(ended).toEqual(['/one']);
  });

  it('calls when the client leaves, of every request that it sent', async () => {
    await server.request('/one', '/two', '/three');
    answers.forEach(note);
    answers[1]!.end();
    expect(ended).toEqual([]);
    await server.leave();
    expect(ended.sort()).toEqual(['/one', '/three', '/two']);
  });

  it('calls later when the client has left or the answer is out already', async () => {
    await server.request('/one', '/two');
    answers[0]!.end();
    await once(answers[0]!, 'close');
    await server.leave();
    answers.forEach(note);
    expect(ended).toEqual([]);
    await new Promise(setImmediate);
    expect(ended).toEqual(['/one', '/two']);
  });

  it('adds one listener to a connection, however much is waited for on it', async () => {
    await server.request('/one', '/two', '/three');
    const before = server.connection.listenerCount('close');
    [...answers, ...answers].forEach(note);
    expect(server.connection.listenerCount('close')).toBe(before + 1);
    await server.leave();
    expect(ended).toHaveLength(6);
  });
});
