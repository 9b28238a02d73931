import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAppConfig } from '../../src/config/environment';
import { LocalEmbedder } from '../../src/embedding/local.embedder';
import { Api, startApi } from '../support/api';
import { TESTABLE_KINDS } from '../support/backend-under-test';
import { DEVIATIONS, expectedAnswer } from '../support/contract/deviations';
import { Answer, readRecording, RecordedCall } from '../support/contract/recording';
import { Replay } from '../support/contract/replay';

describe.each(TESTABLE_KINDS)('what the original answered, on %s', (kind) => {
  describe.each(['chromadb', 'postgresql'] as const)('recorded on %s', (recorded) => {
    const recording = readRecording(recorded);
    const replay = new Replay(recording);
    let api: Api;
    beforeAll(async () => {
      const embedder = new LocalEmbedder(readAppConfig({}).embedding);
      api = await startApi({ kind, embedder });
    }, 60_000);
    afterAll(() => api.close());

    it.each(recording.calls.map((call) => [call.name, call] as const))('%s', async (_name, call) => {
      api.clock.advance(1000);
      const { status, body } = await send(api, call);
      if (call.path.endsWith('/store') && status === 200) replay.noteStored(call, String(body.embedding_id));
      const expected = expectedAnswer({ call, replay, ours: body });
      expect({ status, answer: body }).toEqual(expected);
    });
  });
});

describe('the table of deviations', () => {
  it('tells users each of those that the replay allows', () => {
    const document = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
    const rows = document.split('\n').filter((line) => line.startsWith('| '));
    for (const { row } of DEVIATIONS)
      expect(rows.filter((line) => line.startsWith(`| ${row}`))).not.toEqual([]);
  });
});

async function send(api: Api, call: RecordedCall): Promise<{ status: number; body: Answer }> {
  const request = call.method === 'GET' ? api.http.get(call.path) : api.http.post(call.path);
  const sent = call.body === undefined ? request : request.type('application/json').send(call.body);
  const { status, body } = await sent;
  return { status, body: body as Answer };
}
