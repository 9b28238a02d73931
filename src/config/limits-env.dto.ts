import { DEFAULT_LIMITS, DEFAULT_RATE_LIMITS } from './app-config';
import { WholeNumberVariable } from './env-variable.decorator';

/** The variables that say what a request, and a caller, may ask for at most; a part of `EnvDto`. */
export class LimitsEnvDto {
  @WholeNumberVariable({
    section: 'Limits',
    about:
      'Bytes of a request body: of a batch. Other calls take what one memory of the longest text can need, or this if it is less.',
    min: 1024,
    max: 1_073_741_824,
  })
  MAX_BODY_BYTES = DEFAULT_LIMITS.bodyBytes;

  @WholeNumberVariable({ section: 'Limits', about: 'Characters of a memory.', min: 1, max: 100_000_000 })
  MAX_CONTENT_CHARACTERS = DEFAULT_LIMITS.contentCharacters;

  @WholeNumberVariable({ section: 'Limits', about: 'Characters of a question.', min: 1, max: 1_000_000 })
  MAX_QUERY_CHARACTERS = DEFAULT_LIMITS.queryCharacters;

  @WholeNumberVariable({ section: 'Limits', about: 'Bytes of metadata as JSON.', min: 2, max: 16_777_216 })
  MAX_METADATA_BYTES = DEFAULT_LIMITS.metadataBytes;

  @WholeNumberVariable({ section: 'Limits', about: 'Keys of metadata, all depths.', min: 1, max: 100_000 })
  MAX_METADATA_KEYS = DEFAULT_LIMITS.metadataKeys;

  @WholeNumberVariable({ section: 'Limits', about: 'Levels of metadata.', min: 1, max: 100 })
  MAX_METADATA_DEPTH = DEFAULT_LIMITS.metadataDepth;

  @WholeNumberVariable({ section: 'Limits', about: 'Bytes of an `external_id`.', min: 1, max: 1024 })
  MAX_EXTERNAL_ID_BYTES = DEFAULT_LIMITS.externalIdBytes;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Bytes of `agent_id`, `speaker`, `content_type` and `session_type` each.',
    // `conversation`, the type of a memory that names none.
    min: 12,
    // See `DEFAULT_LIMITS.labelBytes`: more does not fit PostgreSQL's index tuples.
    max: DEFAULT_LIMITS.labelBytes,
  })
  MAX_LABEL_BYTES = DEFAULT_LIMITS.labelBytes;

  @WholeNumberVariable({ section: 'Limits', about: "Characters of a project's name.", min: 1, max: 255 })
  MAX_PROJECT_NAME_CHARACTERS = DEFAULT_LIMITS.projectNameCharacters;

  @WholeNumberVariable({ section: 'Limits', about: 'Memories of one batch.', min: 1, max: 5461 })
  MAX_BATCH_MEMORIES = DEFAULT_LIMITS.batchMemories;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Results of one search, memories of one page.',
    // What a call that does not say gets at most.
    min: 20,
    // What is measured, and holds on every backend.
    max: DEFAULT_LIMITS.results,
  })
  MAX_RESULTS = DEFAULT_LIMITS.results;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Metadata filters inside each other, by `$and`, `$or` and `$not`.',
    min: 1,
    max: 32,
  })
  MAX_FILTER_DEPTH = DEFAULT_LIMITS.filterDepth;

  @WholeNumberVariable({ section: 'Limits', about: 'Comparisons of one metadata filter.', min: 1, max: 1000 })
  MAX_FILTER_CONDITIONS = DEFAULT_LIMITS.filterConditions;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Milliseconds in which the headers of a request must arrive.',
    min: 1,
    max: 600_000,
  })
  HEADERS_TIMEOUT_MS = 10_000;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Milliseconds in which a request must arrive, its body included.',
    min: 1,
    max: 3_600_000,
  })
  // 8 MiB at a little over 1 Mbit/s.
  REQUEST_TIMEOUT_MS = 60_000;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Milliseconds for which a caller may take nothing of an answer that is ready.',
    min: 1,
    max: 600_000,
  })
  ANSWER_TIMEOUT_MS = 30_000;

  @WholeNumberVariable({
    section: 'Limits',
    about:
      'Requests a minute that read or search, of one key ([how they are counted](docs/limits.md)); `0` is no limit.',
    min: 0,
    max: 1_000_000,
    defaultText: whereKeysAreOn(DEFAULT_RATE_LIMITS.search),
  })
  RATE_LIMIT_SEARCH?: number;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'The same for requests that store, change or delete. A batch counts once.',
    min: 0,
    max: 1_000_000,
    defaultText: whereKeysAreOn(DEFAULT_RATE_LIMITS.store),
  })
  RATE_LIMIT_STORE?: number;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'The same for requests that operate the service.',
    min: 0,
    max: 1_000_000,
    defaultText: whereKeysAreOn(DEFAULT_RATE_LIMITS.admin),
  })
  RATE_LIMIT_ADMIN?: number;

  @WholeNumberVariable({
    section: 'Limits',
    about: 'Keys a minute that nobody has, and that one address may try; `0` is no limit.',
    min: 0,
    max: 1_000_000,
  })
  RATE_LIMIT_UNKNOWN_KEYS = 60;
}

function whereKeysAreOn(limit: number): string {
  return `\`${limit}\`, without keys \`0\``;
}
