import type { Answers } from './answers';
import { drawCandidates, drawLegend } from './draw-candidates';
import { drawHeads, drawKey, drawResult, ROW_HEIGHT } from './draw-scores';
import { pictureStyle } from './picture-style';
import { box, element, escaped, line, text } from './svg';

const WIDTH = 954;
const LEFT = 24;
const ROWS = 292;

/** One question: which memories became candidates and how, and what the scores of the best are made of. */
export function drawAnswers(answers: Answers): string {
  const { question, memories, results } = answers;
  const height = ROWS + results.length * ROW_HEIGHT + 74;
  const byId = new Map(memories.map((memory) => [memory.id, memory]));
  const places = new Map(results.map(({ id }, i) => [id, i + 1]));
  const candidates = memories.filter(({ ways }) => ways.length > 0).length;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'aria-labelledby': 'title about',
    },
    element('title', { id: 'title' }, `How the memories for one question were found`),
    element('desc', { id: 'about' }, described(answers)),
    pictureStyle(),
    box(0.5, 0.5, WIDTH - 1, height - 1, 'page'),
    text(LEFT, 40, 'title', question),
    ...drawAsked(answers),
    line(LEFT, 130, [
      ['head', `1 · Candidates: ${candidates} of the ${memories.length} memories`],
      ['weak', '   a cell is a memory, a group a session, a number a place in the answer'],
    ]),
    drawCandidates(LEFT, 166, memories, places),
    drawLegend(LEFT, 218, memories),
    text(LEFT, 258, 'head', `2 · The best ${results.length} of them, by score`),
    drawHeads(ROWS - 10),
    ...results.map((result, i) => drawResult(ROWS + i * ROW_HEIGHT, i + 1, result, byId.get(result.id)!)),
    drawKey(ROWS + results.length * ROW_HEIGHT + 28),
  );
  return `${svg}\n`;
}

/** What of the question is looked for. */
function drawAsked({ inFirstPerson, words, memories }: Answers): string[] {
  const looked = words.flatMap(({ lexeme, memories: count, weight }, i): [string, string][] => [
    ['weak', i === 0 ? '' : '   '],
    ['is-words', lexeme],
    ['weak', ` in ${count} of ${memories.length} memories, counts ${weight.toFixed(1)}`],
  ]);
  return [
    line(LEFT, 68, [['weak', 'looked for by words:   '], ...looked]),
    line(LEFT, 90, [
      ['weak', 'compared by meaning:   '],
      ['is-vector', inFirstPerson],
    ]),
  ];
}

/** For whoever does not see it. */
function described({ question, results, memories }: Answers): string {
  const content = new Map(memories.map((memory) => [memory.id, memory.content]));
  const lines = results.map(({ id, score }, i) => `${i + 1}: ${content.get(id)} (${score.toFixed(2)})`);
  return escaped([`Asked was: ${question}`, ...lines].join(' '));
}
