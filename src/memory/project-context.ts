import { Memory } from './memory';
import { textPreview } from './text-preview';

/**
 * What was said last in a project, ready for a prompt, in the layout that the original's clients know (`[unknown]` and
 * the trailing `...` included). Empty where there is nothing.
 *
 * @param memories in the order they were said.
 */
export function projectContext(project: string, memories: readonly Memory[]): string {
  if (memories.length === 0) return '';
  return [`\n\nRECENT SESSIONS IN PROJECT '${project}':`, ...memories.map(paragraph)].join('\n\n');
}

function paragraph({ sessionId, sessionType, content }: Memory): string {
  const session = sessionId === null ? 'No session' : `Session ${String(sessionId).padStart(3, '0')}`;
  return `${session} [${sessionType ?? 'unknown'}]:\n  ${textPreview(content)}...`;
}
