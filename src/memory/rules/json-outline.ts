/** How large a value is as JSON, told without making the JSON. */
export interface JsonOutline {
  /** Keys of objects, at all depths. */
  readonly keys: number;
  /** Bytes that its JSON has at least: escapes and the digits of numbers are not counted. */
  readonly bytes: number;
}

/**
 * Counts keys and bytes, and stops as soon as there are more of either than `most`: a value may be as large as the
 * body of a request, and what it costs to refuse must not grow with it. Does not look deeper than `depth` levels.
 */
export function jsonOutline(value: unknown, most: JsonOutline, depth: number): JsonOutline {
  const counted = { keys: 0, bytes: 0 };
  const isOver = () => counted.keys > most.keys || counted.bytes > most.bytes;
  count(value, depth);
  return counted;

  function count(part: unknown, levels: number): void {
    counted.bytes += typeof part === 'string' ? part.length + 2 : 1;
    if (typeof part !== 'object' || part === null || levels === 0) return;
    if (Array.isArray(part)) countElements(part, levels - 1);
    else countFields(part as Record<string, unknown>, levels - 1);
  }

  function countElements(elements: readonly unknown[], levels: number): void {
    for (const element of elements) {
      if (isOver()) return;
      counted.bytes += 1;
      count(element, levels);
    }
  }

  function countFields(fields: Record<string, unknown>, levels: number): void {
    const keys = Object.keys(fields);
    counted.keys += keys.length;
    for (const key of keys) {
      if (isOver()) return;
      counted.bytes += key.length + 4;
      count(fields[key], levels);
    }
  }
}
