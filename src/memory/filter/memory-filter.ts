import { Memory, MemoryFilter } from '../memory';
import { matchesMetadata } from './metadata-filter';

/** What a filter looks at. */
export type Filterable = Pick<
  Memory,
  | 'projectId'
  | 'sessionId'
  | 'sessionType'
  | 'agentId'
  | 'speaker'
  | 'contentType'
  | 'occurredAt'
  | 'metadata'
>;

/** The meaning of filters: every condition that is given holds. Metadata comes last: it costs most. */
export function matchesFilter(memory: Filterable, filter: MemoryFilter): boolean {
  return (
    (filter.projectId === undefined || filter.projectId === memory.projectId) &&
    (filter.sessionId === undefined || filter.sessionId === memory.sessionId) &&
    (filter.sessionType === undefined || filter.sessionType === memory.sessionType) &&
    (filter.agentId === undefined || filter.agentId === memory.agentId) &&
    (filter.speaker === undefined || filter.speaker === memory.speaker) &&
    (filter.contentTypes === undefined || filter.contentTypes.includes(memory.contentType)) &&
    (filter.occurredAfter === undefined || memory.occurredAt >= filter.occurredAfter) &&
    (filter.occurredBefore === undefined || memory.occurredAt < filter.occurredBefore) &&
    (filter.metadata === undefined || matchesMetadata(filter.metadata, memory.metadata))
  );
}

/** Whether a filter has no condition. */
export function matchesEverything(filter: MemoryFilter): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}
