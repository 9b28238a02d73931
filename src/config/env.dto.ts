import {
  ChoiceVariable,
  FlagVariable,
  isUrlOf,
  TextVariable,
  UrlVariable,
  WholeNumberVariable,
} from './env-variable.decorator';
import { LimitsEnvDto } from './limits-env.dto';

/**
 * Every environment variable the service reads, and its default. The one source: validation, the table in the README
 * and `.env.example` all come from here. An empty value counts as none.
 */
export class EnvDto extends LimitsEnvDto {
  @TextVariable({
    section: 'Server',
    about:
      'Address to listen on. Another than loopback needs `ALLOW_UNAUTHENTICATED=true` while `AUTH_MODE=off`.',
    takes: 'a host name or an IP address',
    accepts: (value) => /^[\w.:%-]+$/.test(value),
  })
  HOST = '127.0.0.1';

  @WholeNumberVariable({
    section: 'Server',
    about: 'Port to listen on; `0` takes a free one.',
    min: 0,
    max: 65_535,
  })
  PORT = 8000;

  @ChoiceVariable({
    section: 'Server',
    about: 'Who may call: `off` is everybody, `api-key` whoever has a [key](docs/keys.md).',
    of: ['off', 'api-key'],
  })
  AUTH_MODE: 'off' | 'api-key' = 'off';

  @TextVariable({
    section: 'Server',
    about: 'File of users and keys, where they are not in PostgreSQL.',
    takes: 'a path',
    defaultText: '`CHROMA_PATH` with `.keys.json` behind it',
  })
  KEYS_FILE?: string;

  @FlagVariable({
    section: 'Server',
    about:
      'Listen beyond loopback although nobody has to prove who they are. Only behind something that does.',
  })
  ALLOW_UNAUTHENTICATED = false;

  @TextVariable({
    section: 'Server',
    about: 'Web pages that may call from a browser, separated by commas.',
    takes: 'origins such as `https://app.example.org` separated by commas, or `*`',
    accepts: (value) => value === '*' || value.split(',').every((origin) => isOrigin(origin.trim())),
  })
  CORS_ORIGINS?: string;

  @TextVariable({
    section: 'Server',
    about:
      'Names by which the service is called while `AUTH_MODE=off`, separated by commas. Names without a dot, `localhost` and IP addresses need not be listed; others are refused ([why](SECURITY.md)).',
    takes: 'host names separated by commas',
    accepts: (value) => value.split(',').every((name) => /^[\w-]+(\.[\w-]+)*$/.test(name.trim())),
  })
  ALLOWED_HOSTS?: string;

  @ChoiceVariable({
    section: 'Server',
    about: 'The least important lines that are written.',
    of: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
  })
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' = 'info';

  @ChoiceVariable({
    section: 'Backend',
    about:
      'Where memories are kept. `auto`: PostgreSQL if `DATABASE_URL` is set and a server there can be used, else ChromaDB.',
    of: ['auto', 'postgresql', 'chromadb'],
  })
  MEMORY_BACKEND: 'auto' | 'postgresql' | 'chromadb' = 'auto';

  @ChoiceVariable({
    section: 'Backend',
    about:
      'Language of the words that memories are found by: `english` knows that *planted* is *plants*, `simple` is for all others.',
    of: ['english', 'simple'],
  })
  TEXT_SEARCH_LANGUAGE: 'english' | 'simple' = 'english';

  @UrlVariable({
    section: 'ChromaDB',
    about:
      'A running ChromaDB server ([what holds if others write to it too](docs/chromadb.md)). Without it a local one is started over `CHROMA_PATH`.',
    protocols: ['http', 'https'],
    secret: true,
  })
  CHROMA_URL?: string;

  @TextVariable({
    section: 'ChromaDB',
    about:
      'Directory of the local server; made if missing. One that another ChromaDB wrote is read, never changed.',
    takes: 'a path',
  })
  CHROMA_PATH = './data/chroma';

  @TextVariable({
    section: 'ChromaDB',
    about:
      'Command line to start instead of the bundled server; `run --path … --host … --port …` is appended.',
    takes: 'a command line',
  })
  CHROMA_COMMAND?: string;

  @TextVariable({ section: 'ChromaDB', about: 'Key for `CHROMA_URL`.', takes: 'a key', secret: true })
  CHROMA_API_KEY?: string;

  @TextVariable({ section: 'ChromaDB', about: 'Tenant at `CHROMA_URL`.', takes: 'a name' })
  CHROMA_TENANT = 'default_tenant';

  @TextVariable({ section: 'ChromaDB', about: 'Database at `CHROMA_URL`.', takes: 'a name' })
  CHROMA_DATABASE = 'default_database';

  @TextVariable({
    section: 'PostgreSQL',
    about: 'PostgreSQL with pgvector; `pglite:PATH` runs it embedded, for trying and tests.',
    takes: 'a URL that begins with `postgresql://` or `postgres://`, or `pglite:` and a path',
    accepts: isDatabaseUrl,
    secret: true,
  })
  DATABASE_URL?: string;

  @TextVariable({
    section: 'PostgreSQL',
    about: 'The same database as its owner, for migrations and index builds.',
    takes: 'a URL that begins with `postgresql://` or `postgres://`, or `pglite:` and a path',
    accepts: isDatabaseUrl,
    defaultText: '`DATABASE_URL`',
    secret: true,
  })
  DATABASE_ADMIN_URL?: string;

  @WholeNumberVariable({ section: 'PostgreSQL', about: 'Connections at most.', min: 1, max: 1000 })
  DATABASE_POOL_SIZE = 10;

  @WholeNumberVariable({
    section: 'PostgreSQL',
    about: 'Milliseconds to wait for a connection.',
    min: 1,
    max: 600_000,
  })
  DATABASE_CONNECT_TIMEOUT_MS = 5000;

  @WholeNumberVariable({
    section: 'PostgreSQL',
    about: 'Milliseconds a statement may take; `0` is no limit.',
    min: 0,
    max: 3_600_000,
  })
  DATABASE_STATEMENT_TIMEOUT_MS = 30_000;

  @WholeNumberVariable({
    section: 'PostgreSQL',
    about:
      'Vectors of one user up to which a search compares all of them; one with more gets an approximate index.',
    min: 1,
    max: 1_000_000_000,
  })
  // Measured: docs/adr/0012-approximate-indexes.md.
  DATABASE_EXACT_SEARCH_UP_TO = 50_000;

  @ChoiceVariable({
    section: 'PostgreSQL',
    about: 'Whether the service brings the schema up to date when it starts.',
    of: ['on', 'off'],
  })
  DATABASE_MIGRATIONS: 'on' | 'off' = 'on';

  @ChoiceVariable({
    section: 'Embedding',
    about:
      'Where texts become vectors. `local`: here, offline. `http`: at a server with the OpenAI-compatible `/v1/embeddings`.',
    of: ['local', 'http'],
  })
  EMBEDDING_PROVIDER: 'local' | 'http' = 'local';

  @TextVariable({
    section: 'Embedding',
    about: 'The model: a directory of `MODELS_PATH`, or the name that the embedding server knows.',
    takes: 'the name of a model',
    accepts: (value) => /^[\w.:-]+(\/[\w.:-]+)*$/.test(value),
  })
  EMBEDDING_MODEL = 'all-MiniLM-L6-v2';

  @TextVariable({
    section: 'Embedding',
    about: 'Directory of the models.',
    takes: 'a path',
    defaultText: '`models` of the installation',
  })
  MODELS_PATH?: string;

  @WholeNumberVariable({
    section: 'Embedding',
    about: 'Processor cores that the local model uses, with a copy of it for each.',
    min: 1,
    max: 64,
    defaultText: 'all cores, at most 4',
  })
  // Each takes 75 MB: a service that nobody has asked for more stays below 700.
  EMBEDDING_THREADS?: number;

  @WholeNumberVariable({
    section: 'Embedding',
    about: 'Tokens that a thread embeds at once, padding included; a longer piece of text is embedded alone.',
    min: 16,
    max: 65_536,
  })
  // Measured: docs/adr/0017-a-model-on-each-core.md.
  EMBEDDING_BATCH_TOKENS = 256;

  @WholeNumberVariable({
    section: 'Embedding',
    about: 'Pieces of text that may wait for the model; beyond it requests get 503.',
    min: 1,
    max: 1_000_000,
  })
  // More than the 5,461 records that ChromaDB takes in one call, so that no request is refused while nothing waits.
  EMBEDDING_QUEUE_LIMIT = 8192;

  @WholeNumberVariable({
    section: 'Embedding',
    about: 'Questions whose vectors are remembered; `0` remembers none.',
    min: 0,
    max: 1_000_000,
  })
  EMBEDDING_CACHE_SIZE = 1000;

  @UrlVariable({
    section: 'Embedding',
    about: 'The embedding server, for `EMBEDDING_PROVIDER=http`.',
    protocols: ['http', 'https'],
    secret: true,
  })
  EMBEDDING_URL?: string;

  @TextVariable({ section: 'Embedding', about: 'Key for `EMBEDDING_URL`.', takes: 'a key', secret: true })
  EMBEDDING_API_KEY?: string;

  @WholeNumberVariable({
    section: 'Embedding',
    about: 'Numbers in a vector: a model that gives another number is refused.',
    min: 1,
    max: 4096,
    defaultText: 'as the model gives',
  })
  EMBEDDING_DIMENSIONS?: number;
}

/** What `DATABASE_URL` takes. */
export function isDatabaseUrl(value: string): boolean {
  return /^pglite:./.test(value) || isUrlOf(['postgresql', 'postgres'], value);
}

function isOrigin(value: string): boolean {
  return isUrlOf(['http', 'https'], value) && new URL(value).origin === value;
}
