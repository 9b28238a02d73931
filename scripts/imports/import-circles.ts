import { SourceFile } from './source-file';

/** Circles of imports, each once: it begins at its first member in the order of the alphabet, by the shortest way. */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const targets = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter(({ local }) => local).map(({ target }) => target),
    ]),
  );
  return files.flatMap(({ path }) => {
    const circle = wayBack(path, targets);
    return circle?.every((member) => member >= path) === true ? [circle] : [];
  });
}

function wayBack(start: string, targets: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const visited = new Set<string>();
  const trails = [[start]];
  for (let trail = trails.shift(); trail !== undefined; trail = trails.shift())
    for (const next of targets.get(trail[trail.length - 1]!) ?? []) {
      if (next === start) return trail;
      if (visited.has(next)) continue;
      visited.add(next);
      trails.push([...trail, next]);
    }
  return undefined;
}
