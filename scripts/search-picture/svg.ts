/** SVG as text: what is written into it is escaped here. */

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${written.join('')}`;
  if (content.length === 0) return `${start}/>`;
  return content.length === 1 && !content[0]!.startsWith('<')
    ? `${start}>${content[0]}</${name}>`
    : `${start}>\n${content.join('\n')}\n</${name}>`;
}

export function text(x: number, y: number, kind: string, content: string): string {
  return element('text', { x, y, class: kind }, escaped(content));
}

/** One line of parts, each in a kind of its own. */
export function line(
  x: number,
  y: number,
  parts: readonly (readonly [kind: string, content: string])[],
): string {
  const spans = parts.map(([kind, content]) => element('tspan', { class: kind }, escaped(content)));
  return `<text x="${x}" y="${y}" xml:space="preserve">${spans.join('')}</text>`;
}

export function box(x: number, y: number, width: number, height: number, kind: string): string {
  return element('rect', { x: tenths(x), y, width: tenths(width), height, class: kind });
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Lines of at most so many characters, broken between words. */
export function wrapped(content: string, most: number): string[] {
  const lines = [''];
  for (const word of content.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > most && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function tenths(figure: number): number {
  return Math.round(figure * 10) / 10;
}
