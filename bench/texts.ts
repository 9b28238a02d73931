import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLocomo } from './locomo-data';

const MODULES = resolve(__dirname, '../node_modules');

/** `count` texts that people wrote: turns of LoCoMo if it is there, and what the READMEs of the dependencies say. */
export function realTexts(count: number, locomo: string): string[] {
  const turns = (readLocomo(locomo) ?? []).flatMap(({ turns }) => turns.map(({ content }) => content));
  const texts = turns.length >= count ? turns : [...turns, ...readmeParagraphs()];
  if (texts.length < count)
    throw new Error(`Only ${texts.length} texts, ${count} are needed: give --locomo FILE.`);
  return texts.slice(0, count);
}

/** `count` questions of LoCoMo, spread over all of them, since those of one conversation are alike; undefined without LoCoMo. */
export function realQuestions(count: number, locomo: string): string[] | undefined {
  const asked = readLocomo(locomo)?.flatMap(({ questions }) => questions.map(({ question }) => question));
  return asked && spread(count, asked);
}

export function spread<T>(count: number, items: readonly T[]): T[] {
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}

/** Prose without code, tables and links. */
function* readmeParagraphs(): Generator<string> {
  for (const name of readdirSync(MODULES).sort()) {
    const readme = join(MODULES, name, 'README.md');
    if (!existsSync(readme)) continue;
    const prose = readFileSync(readme, 'utf8').replace(/```.*?```/gs, '');
    for (const paragraph of prose.split(/\n\s*\n/))
      if (paragraph.length > 40 && paragraph.length < 600 && !/\]\(|<|\|/.test(paragraph))
        yield paragraph.trim();
  }
}
