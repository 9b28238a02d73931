import { MalformedRequestError } from './domain.error';

/**
 * Reads a query string: a name that occurs once has a text, one that occurs more often a list. Brackets mean nothing.
 *
 * @throws MalformedRequestError where percent-encoding is broken; replacing it silently would change what is asked.
 */
export function parseQuery(query: string | null): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = Object.create(null) as Record<string, never>;
  for (const pair of (query ?? '').split('&').filter((part) => part !== '')) {
    const [name = '', ...value] = pair.split('=').map(decoded);
    const earlier = parameters[name];
    const text = value.join('=');
    parameters[name] = earlier === undefined ? text : [earlier, text].flat();
  }
  return parameters;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new MalformedRequestError('The query string is not valid percent-encoding.');
  }
}
