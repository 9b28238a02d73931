import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const document = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** Each test that the document names, as a link to its file. */
const named = [...document.matchAll(/\[([^\]]+)\]\(([^)]+\.(?:spec|contract)\.ts)\)/g)].map(
  ([, title, file]) => [title!, file!] as const,
);

describe('SECURITY.md', () => {
  it.each(named)('names a test that is there: %s', (title, file) => {
    const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    const titles = [...source.matchAll(/\(\s*(['"`])([^\n]*?)\1,\s*(?:async )?\(?/g)].map(
      ([, , text]) => text,
    );
    expect(titles).toContain(title);
  });

  it('names a test for every threat', () => {
    const threats = document.split(/^## /m).find((part) => part.startsWith('Threats'))!;
    const sections = threats.split(/^### /m).slice(1);
    expect(sections.length).toBeGreaterThan(5);
    for (const section of sections) expect(section).toMatch(/\.(spec|contract)\.ts\)/);
  });
});
