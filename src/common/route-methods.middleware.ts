import type { IncomingMessage, ServerResponse } from 'node:http';
import { MethodNotAllowedException } from '@nestjs/common';

/** What the router of Express keeps of a route; of middleware it keeps none. */
export interface RouteLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** A path pattern (`['api', 'memory', ':id']`) and the methods it takes. */
interface KnownPath {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/**
 * Middleware that answers 405, with `Allow`, where a path is known and its method is not: `GET /store` must not be read
 * as the memory `store`, nor `PUT /store` as a path that is not there. OPTIONS is answered with the same `Allow`.
 *
 * @param layers gives the routes of the application; asked for with the first request, when all are registered.
 */
export function refuseOtherMethods(layers: () => readonly RouteLayer[]) {
  let known: readonly KnownPath[] | undefined;
  return (
    { method = '', url = '' }: IncomingMessage,
    response: ServerResponse,
    next: (error?: Error) => void,
  ): void => {
    const path = meantPath((known ??= knownPaths(layers())), segmentsOf(url.split('?', 1)[0]!));
    if (!path || path.methods.has(method)) return next();
    const allowed = [...path.methods].sort().join(', ');
    response.setHeader('Allow', allowed);
    if (method === 'OPTIONS') response.writeHead(204).end();
    else next(new MethodNotAllowedException(`This path takes ${allowed}, not ${method}.`));
  };
}

function knownPaths(layers: readonly RouteLayer[]): KnownPath[] {
  const known = new Map<string, KnownPath>();
  for (const { route } of layers) {
    // Wildcards are middleware of the framework.
    if (!route || route.path.includes('*')) continue;
    const segments = segmentsOf(route.path);
    const path = known.get(segments.join('/')) ?? { segments, methods: new Set() };
    for (const method of Object.keys(route.methods)) path.methods.add(method.toUpperCase());
    if (path.methods.has('GET')) path.methods.add('HEAD');
    known.set(segments.join('/'), path);
  }
  return [...known.values()];
}

/** Of several patterns that match, the one with the most words of its own. */
function meantPath(known: readonly KnownPath[], segments: readonly string[]): KnownPath | undefined {
  const matching = known.filter((path) => matches(path.segments, segments));
  return matching.sort((a, b) => wordsOf(b) - wordsOf(a))[0];
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, i) => (isParameter(part) ? segments[i] !== '' : part === segments[i]!.toLowerCase()))
  );
}

function wordsOf({ segments }: KnownPath): number {
  return segments.filter((part) => !isParameter(part)).length;
}

function isParameter(part: string): boolean {
  return part.startsWith(':');
}

/** Express does not care about a slash at the end, nor about upper and lower case. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').slice(1);
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}
