import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WordAnalysis } from '../../src/words/word-analysis';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';

const ROOT = join(__dirname, '../..');

/** Some hundred paragraphs of English prose: what the documentation says between its tables and code. */
const PARAGRAPHS = ['.', 'docs', 'docs/adr']
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) =>
    readFileSync(join(ROOT, name), 'utf8')
      .replace(/^```.*?^```/gms, '')
      .split(/\n{2,}/),
  )
  .filter((paragraph) => /[a-z] [a-z]/.test(paragraph) && !/^[|<]|https?:/m.test(paragraph));

describeNative('the analysis of words', () => {
  let database: TestDatabase;
  const english = new WordAnalysis('english');

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('stems every word as PostgreSQL does, and passes over the same', async () => {
    const words = [
      ...new Set(
        PARAGRAPHS.join(' ')
          .toLowerCase()
          .match(/[a-z]+/g),
      ),
    ];
    expect(words.length).toBeGreaterThan(1_000);
    const theirs = await database.query<{ word: string; lexemes: string[] }>(
      `select word, ts_lexize('english_stem', word) as lexemes from unnest($1::text[]) as word`,
      [words],
    );
    for (const { word, lexemes } of theirs) expect([word, english.lexemes(word)]).toEqual([word, lexemes]);
  });

  it('finds the same words in prose, but for signs that PostgreSQL reads as addresses, paths and numbers', async () => {
    const prose = PARAGRAPHS.map((text) =>
      text.normalize('NFKC').replace(/`[^`]*`|\S*(?:[\d/@.:_]\S|-\d)/g, ' '),
    );
    const theirs = await database.query<{ lexemes: string[] }>(
      `select tsvector_to_array(to_tsvector('english', text)) as lexemes from unnest($1::text[]) as text`,
      [prose],
    );
    for (const [i, { lexemes }] of theirs.entries())
      expect([prose[i], [...new Set(english.lexemes(prose[i]!))].sort()]).toEqual([prose[i], lexemes.sort()]);
  });
});
