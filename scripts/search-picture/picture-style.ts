import { element } from './svg';

/** A colour each for light and dark pages. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ['#ffffff', '#0d1117'],
  edge: ['#d0d7de', '#30363d'],
  strong: ['#1f2328', '#e6edf3'],
  weak: ['#59636e', '#9198a1'],
  empty: ['#eff2f5', '#1c2128'],
  neighbour: ['#8c959f', '#6e7681'],
  words: ['#d9730d', '#f0883e'],
  vector: ['#2f6fde', '#58a6ff'],
  speaker: ['#2b8a4b', '#3fb950'],
  question: ['#cf222e', '#ff7b72'],
};

const RULES = `
text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 12px; fill: var(--strong); }
.title { font-size: 20px; font-weight: 600; }
.head { font-size: 14px; font-weight: 600; }
.said { font-size: 13px; }
.score { font-size: 17px; font-weight: 600; }
.weak { fill: var(--weak); }
.right { text-anchor: end; }
.place { font-size: 11px; font-weight: 700; fill: var(--page); text-anchor: middle; }
.page { fill: var(--page); stroke: var(--edge); rx: 8px; }
.cell { rx: 2px; }
.rule { stroke: var(--edge); }
.is-words { fill: var(--words); }
.is-vector { fill: var(--vector); }
.is-speaker { fill: var(--speaker); }
.is-question { fill: var(--question); }
.is-neighbour { fill: var(--neighbour); }
.is-empty { fill: var(--empty); stroke: var(--edge); }
.lent { fill-opacity: 0.4; }
.taken { fill: var(--page); fill-opacity: 0.75; stroke: var(--question); stroke-dasharray: 3 2; }
`;

/** Follows the reader's choice of light or dark. */
export function pictureStyle(): string {
  const colours = (which: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `--${name}: ${pair[which]};`)
      .join(' ');
  return element(
    'style',
    {},
    `\n:root { ${colours(0)} }\n@media (prefers-color-scheme: dark) { :root { ${colours(1)} } }${RULES}`,
  );
}
