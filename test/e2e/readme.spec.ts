import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrintedAnswers } from '../support/readme-answers';
import { HAS_CURL, README_URL, readmeCalls, runWithCurl, runWithoutCurl } from '../support/readme-calls';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

describe('a first visit, as the README shows it', () => {
  const calls = readmeCalls(readFileSync(join(__dirname, '../../README.md'), 'utf8'));
  const answers = new PrintedAnswers();
  let service: ServiceProcess;

  beforeAll(async () => {
    service = await ServiceProcess.start();
  });

  afterAll(() => ServiceProcess.endAll());

  it('has calls', () => {
    expect(calls.length).toBeGreaterThan(5);
  });

  it.each(calls)('$command', async ({ command, language, answer }) => {
    answers.give(command);
    const here = answers.withRealIds(command).replaceAll(README_URL, await service.url());
    const output = HAS_CURL ? runWithCurl(here) : await runWithoutCurl(here);
    if (language === 'text') return expect(output).toBe(answer);
    const printed: unknown = JSON.parse(answer.replace(/^ *\/\/.*$/gm, '').replace(/,(\s*[}\]])/g, '$1'));
    expect(answers.differences(printed, JSON.parse(output), language === 'jsonc')).toEqual([]);
  });

  (HAS_CURL ? it : it.skip)('comes out the same without curl', async () => {
    const reads = calls.filter(({ command }) => / -w | -X |store|search/.test(command) === false);
    expect(reads.length).toBeGreaterThan(1);
    for (const { command } of reads) {
      const here = command.replaceAll(README_URL, await service.url());
      expect(await runWithoutCurl(here)).toBe(runWithCurl(here));
    }
  });
});
