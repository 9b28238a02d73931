import type { ProblemExample } from '../../common/api-call.decorator';

/** Tags of Swagger, in the order of the page. */
export const MEMORIES = 'Memories';
export const SEARCH = 'Search';
export const SESSIONS = 'Sessions and projects';
export const SERVICE = 'Service';

export const NOT_FOUND: ProblemExample = {
  status: 404,
  code: 'memory_not_found',
  detail: 'There is no memory "garden/18". It takes an id or an external_id of this user\'s memories.',
};

export const BAD_PATH: ProblemExample = {
  status: 400,
  code: 'malformed_request',
  detail: "Failed to decode param '%zz'",
};

const NO_OPERATOR = 'is no operator: these are $eq, $gt, $gte, $lt, $lte, $in, $exists, $contains, $ne, $nin';

export const BAD_FILTER: ProblemExample = {
  status: 422,
  code: 'invalid_input',
  detail: `metadata_filter.bed.number.$above: ${NO_OPERATOR}`,
  errors: [{ field: 'metadata_filter.bed.number.$above', reason: NO_OPERATOR }],
};

export const BAD_CURSOR: ProblemExample = {
  status: 422,
  code: 'invalid_input',
  detail: 'cursor: belongs to another list: send the same filter as for the page before',
  errors: [
    { field: 'cursor', reason: 'belongs to another list: send the same filter as for the page before' },
  ],
};
