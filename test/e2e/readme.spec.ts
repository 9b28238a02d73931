import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { restoreOriginal } from '../support/original-database';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { PrintedAnswers } from '../support/readme-answers';
import { HAS_CURL, README_URL, readmeCalls, runWithCurl, runWithoutCurl } from '../support/readme-calls';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');

afterAll(() => ServiceProcess.endAll());

/** Makes every call of the README, in its order. */
function describeCalls(backend: string, serviceUrl: () => Promise<string>): void {
  // The README's service keeps its memories in ChromaDB.
  const calls = readmeCalls(README.replaceAll('"backend": "chromadb"', `"backend": "${backend}"`));
  const answers = new PrintedAnswers();

  it('has calls', () => {
    expect(calls.length).toBeGreaterThan(5);
  });

  it.each(calls)('$command', async ({ command, language, answer }) => {
    answers.give(command);
    const here = answers.withRealIds(command).replaceAll(README_URL, await serviceUrl());
    const output = HAS_CURL ? runWithCurl(here) : await runWithoutCurl(here);
    if (language === 'text') return expect(output).toBe(answer);
    const printed: unknown = JSON.parse(answer.replace(/^ *\/\/.*$/gm, '').replace(/,(\s*[}\]])/g, '$1'));
    expect(answers.differences(printed, JSON.parse(output), language === 'jsonc')).toEqual([]);
  });

  (HAS_CURL ? it : it.skip)('comes out the same without curl', async () => {
    const reads = calls.filter(({ command }) => / -w | -X |store|search/.test(command) === false);
    expect(reads.length).toBeGreaterThan(1);
    for (const { command } of reads) {
      const here = command.replaceAll(README_URL, await serviceUrl());
      expect(await runWithoutCurl(here)).toBe(runWithCurl(here));
    }
  });
}

describe('a first visit, as the README shows it', () => {
  let service: ServiceProcess;

  beforeAll(async () => {
    service = await ServiceProcess.start();
  });

  describeCalls('chromadb', () => service.url());
});

describeNative('a first visit, as the README shows it, on a native PostgreSQL', () => {
  describe.each(['an empty database', "a database with the original's tables"])('with %s', (content) => {
    let database: TestDatabase;
    let service: ServiceProcess;

    beforeAll(async () => {
      database = await createTestDatabase();
      if (content !== 'an empty database') restoreOriginal(database.url);
      service = await ServiceProcess.start({ DATABASE_URL: database.url });
    });

    afterAll(async () => {
      await service.stop();
      await database.drop();
    });

    describeCalls('postgresql', () => service.url());
  });
});
