const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TIMES = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Scores of the same texts differ a little between processors. */
const SCORES = new Set(['similarity', 'similarity_score', 'score', 'distance']);
const SCORE_TOLERANCE = 0.02;

/** Compares answers with printed ones of an earlier run, whose ids and times were others. */
export class PrintedAnswers {
  private readonly ids = new Map<string, string>();
  private readonly given = new Set<string>();

  /** A text of the README with the ids of this run in place of those that it prints. */
  withRealIds(text: string): string {
    return text.replace(UUID, (printed) => this.ids.get(printed) ?? printed);
  }

  /** Times that the README gives itself come back as they are; all others are of the run. */
  give(command: string): void {
    for (const [time] of command.matchAll(TIMES)) this.given.add(new Date(time).toISOString());
  }

  /**
   * Where an answer is other than printed, by path. Ids must be the same wherever the same one is printed, times be times
   * or as given, scores be close; all else must be equal. When `open`, objects may have more fields.
   */
  differences(printed: unknown, real: unknown, open: boolean, path = ''): string[] {
    if (isObject(printed) && isObject(real)) {
      const surplus = open ? [] : Object.keys(real).filter((key) => !(key in printed));
      const differing = Object.keys(printed).flatMap((key) =>
        this.differences(printed[key], real[key], open, `${path}.${key}`),
      );
      const lengths =
        Array.isArray(printed) && printed.length !== (real as unknown as unknown[]).length
          ? [`${path}: another number of elements`]
          : [];
      return [...surplus.map((key) => `${path}.${key} is not printed`), ...differing, ...lengths];
    }
    return this.same(printed, real, path) ? [] : [`${path}: ${JSON.stringify(real)}`];
  }

  private same(printed: unknown, real: unknown, path: string): boolean {
    const key = path.slice(path.lastIndexOf('.') + 1);
    if (typeof printed === 'string' && typeof real === 'string') {
      if (key === 'next_cursor') return true;
      if (TIME.test(printed) && !this.given.has(printed)) return TIME.test(real);
      this.learnIds(printed, real);
      return this.withRealIds(printed) === real;
    }
    if (typeof printed === 'number' && typeof real === 'number') {
      if (key === 'took_ms') return real >= 0;
      if (SCORES.has(key)) return Math.abs(printed - real) <= SCORE_TOLERANCE;
    }
    return printed === real;
  }

  private learnIds(printed: string, real: string): void {
    const realIds = real.match(UUID) ?? [];
    (printed.match(UUID) ?? []).forEach((id, index) => {
      const realId = realIds[index];
      if (realId !== undefined && !this.ids.has(id)) this.ids.set(id, realId);
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
