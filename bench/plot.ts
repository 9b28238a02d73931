/** A picture of a few curves over the same axis. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
}

export interface Axis {
  readonly label: string;
  /** Powers of ten lie at equal distances; otherwise the axis begins at 0. */
  readonly logarithmic?: boolean;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

export type Point = readonly [x: number, y: number];

const [WIDTH, HEIGHT] = [720, 400];
const AREA = { left: 70, right: 50, top: 64, bottom: 56 };

/** Told apart without colour vision, and on white as on nearly black: after Okabe and Ito. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** The reader's own scheme decides: GitHub and browsers tell it to a picture. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #8884; stroke-width: 1 }
  .curve { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }`;

/** As SVG, the size of a column of text. */
export function svgOf({ title, x, y, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points);
  const across = scaleOf(
    x,
    points.map(([value]) => value),
    AREA.left,
    WIDTH - AREA.right,
  );
  const up = scaleOf(
    y,
    points.map(([, value]) => value),
    HEIGHT - AREA.bottom,
    AREA.top,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    text(AREA.left, 20, title, 'class="title"'),
    ...curves.map((curve, n) => legendOf(curve, n, curves)),
    ...up.ticks.flatMap((value) => [
      line([AREA.left, up.at(value)], [WIDTH - AREA.right, up.at(value)]),
      text(AREA.left - 8, up.at(value) + 4, shown(value), 'text-anchor="end"'),
    ]),
    ...across.ticks.flatMap((value) => [
      line([across.at(value), HEIGHT - AREA.bottom], [across.at(value), HEIGHT - AREA.bottom + 5]),
      text(across.at(value), HEIGHT - AREA.bottom + 20, shown(value), 'text-anchor="middle"'),
    ]),
    text((AREA.left + WIDTH - AREA.right) / 2, HEIGHT - 12, x.label, 'text-anchor="middle"'),
    text(AREA.left - 8, AREA.top - 12, y.label, 'text-anchor="end"'),
    ...curves.map(({ points }, n) =>
      curveOf(
        points.map(([px, py]) => [across.at(px), up.at(py)]),
        n,
      ),
    ),
    '</svg>\n',
  ].join('\n');
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function scaleOf({ logarithmic = false }: Axis, values: readonly number[], from: number, to: number): Scale {
  const ticks = logarithmic ? powersAround(values) : roundSteps(Math.max(...values));
  const place = logarithmic ? Math.log10 : (value: number) => value;
  const [low, high] = [place(ticks[0]!), place(ticks.at(-1)!)];
  return { ticks, at: (value) => rounded(from + ((place(value) - low) / (high - low)) * (to - from)) };
}

/** The powers of ten that enclose the values. */
function powersAround(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
}

/** From 0 in four to ten steps of 1, 2 or 5 times a power of ten. */
function roundSteps(greatest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(greatest || 1));
  const step = [0.2, 0.5, 1, 2].map((of) => of * power).find((size) => greatest / size <= 6) ?? 2 * power;
  return Array.from({ length: Math.ceil(greatest / step) + 1 }, (_, n) => Number((n * step).toPrecision(6)));
}

function curveOf(points: readonly Point[], n: number): string {
  const colour = colourOf(n);
  const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`);
  const path = `<polyline class="curve" stroke="${colour}" points="${points.map((point) => point.join(',')).join(' ')}"/>`;
  // So many that they would hide the line.
  return [path, ...(points.length > 40 ? [] : dots)].join('');
}

/** The names stand beside each other, below the title. */
function legendOf({ name }: Curve, n: number, curves: readonly Curve[]): string {
  const before = curves.slice(0, n).reduce((sum, curve) => sum + 40 + 7 * curve.name.length, AREA.left);
  const mark = `<rect x="${before}" y="30" width="16" height="4" fill="${colourOf(n)}"/>`;
  return mark + text(before + 22, 37, name, '');
}

function colourOf(n: number): string {
  return COLOURS[n % COLOURS.length]!;
}

function line([x1, y1]: Point, [x2, y2]: Point): string {
  return `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function shown(value: number): string {
  return value.toLocaleString('en');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
