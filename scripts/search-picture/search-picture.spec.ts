import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ServiceProcess } from '../../test/support/service-process';
import type { Answers, AskedConversation, ExplainedResult } from './answers';
import { askService } from './ask-service';
import { drawAnswers } from './draw-answers';

const read = (name: string) => readFileSync(join(__dirname, name), 'utf8');
const answers = JSON.parse(read('answers.json')) as Answers;
const conversation = JSON.parse(read('conversation.json')) as AskedConversation;

/** The same model gives a little other figures on another processor. */
const NEAR = 0.03;

describe('the picture of a search', () => {
  afterAll(() => ServiceProcess.endAll());

  it('is what is drawn of the answers', () => {
    const picture = readFileSync(resolve(__dirname, '../../docs/images/search.svg'), 'utf8');
    expect(picture).toBe(drawAnswers(answers));
  });

  it('shows what the service answers', async () => {
    const now = await askService(conversation);
    const fixed = ({ question, inFirstPerson, words, memories }: Answers) => ({
      question,
      inFirstPerson,
      words,
      said: memories.map(({ id, session, at, content }) => ({ id, session, at, content })),
      byWords: memories.filter(({ ways }) => ways.includes('words')),
    });
    expect(fixed(now)).toEqual(fixed(answers));
    expect(now.results[0]!.id).toBe(answers.results[0]!.id);
    const byId = new Map(now.results.map((result) => [result.id, figuresOf(result)]));
    const differences = answers.results.flatMap((result) =>
      figuresOf(result).map((figure, i) => Math.abs(figure - (byId.get(result.id)?.[i] ?? Infinity))),
    );
    expect(Math.max(...differences)).toBeLessThan(NEAR);
  });

  it('is well formed, whatever was said', () => {
    const said =
      'Ana: <b> & "quotes" ]]> \' and a_word_that_is_longer_than_any_line_of_the_picture_has_room_for';
    const memories = answers.memories.map((memory) => ({ ...memory, content: said }));
    const svg = drawAnswers({ ...answers, question: said, inFirstPerson: said, memories });
    expect(openElements(svg)).toEqual([]);
    expect(svg).not.toMatch(/&(?!#\d+;)/);
    expect(svg).toContain('&#60;b&#62; &#38; &#34;quotes&#34;');
  });

  it('draws an answer without results or candidates', () => {
    const memories = answers.memories.map((memory) => ({ ...memory, ways: [] }));
    const svg = drawAnswers({ ...answers, words: [], memories, results: [] });
    expect(openElements(svg)).toEqual([]);
    expect(svg).toContain('Candidates: 0 of the 60 memories');
  });
});

function figuresOf({ score, parts, own }: ExplainedResult): number[] {
  return [score, parts.words, parts.vector, parts.speaker, parts.question, own.words, own.vector];
}

/** What is not closed in the end. Throws where something is closed that is not open. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, closes, name, empty] of xml.matchAll(/<(\/?)([a-z]+)(?: [a-zA-Z0-9:-]+="[^"<]*")*(\/?)>/g)) {
    if (closes === '/') expect(open.pop()).toBe(name);
    else if (empty === '') open.push(name!);
  }
  // Every sign that begins an element does so.
  expect(xml.replace(/<\/?[a-z]+(?: [a-zA-Z0-9:-]+="[^"<]*")*\/?>/g, '')).not.toContain('<');
  return open;
}
