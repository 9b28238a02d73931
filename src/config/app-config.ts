/** Everything that can be configured, typed and validated; made from the environment by `environment.ts`. */
export interface AppConfig {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  readonly memory: MemoryConfig;
  readonly chroma: ChromaConfig;
  readonly database: DatabaseConfig;
  readonly embedding: EmbeddingConfig;
  readonly limits: Limits;
  readonly rateLimits: RateLimits;
}

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  /** In lower case. */
  readonly allowedHosts: readonly string[];
  readonly allowUnauthenticated: boolean;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly timeouts: ClientTimeouts;
}

/** How long a client may take, in milliseconds; one that is slower is cut off. */
export interface ClientTimeouts {
  readonly headersMs: number;
  /** Headers and body. */
  readonly requestMs: number;
  /** Without taking anything of an answer. */
  readonly answerMs: number;
}

export interface AuthConfig {
  /** `off`: everybody may do everything. */
  readonly mode: 'off' | 'api-key';
  /** Where users and keys are kept, unless they are in PostgreSQL. */
  readonly keysFile: string;
  /** How many that nobody has an address may try in a minute; 0 is no limit. */
  readonly unknownKeys: number;
}

/** `simple` takes the words of any language as they are. */
export type TextSearchLanguage = 'english' | 'simple';

export interface MemoryConfig {
  readonly backend: 'auto' | 'postgresql' | 'chromadb';
  /** Of the words that memories are found by. */
  readonly textSearchLanguage: TextSearchLanguage;
}

export interface ChromaConfig {
  /** A running server; without it a local one is started over `path`. */
  readonly url?: string;
  readonly path: string;
  /** Replaces the bundled server: a command line that takes `run --path --host --port` as `chroma` does. */
  readonly command?: string;
  readonly apiKey?: string;
  readonly tenant: string;
  readonly database: string;
}

export interface DatabaseConfig {
  /** `postgresql://...`, or `pglite:PATH` for the embedded one. */
  readonly url?: string;
  /** The owner's, for migrations and index builds; `url` unless given. */
  readonly adminUrl?: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** 0 is no limit. */
  readonly statementTimeoutMs: number;
  /** Vectors of one user up to which a search compares all; one with more gets an approximate index. */
  readonly exactUpTo: number;
  /** Whether the service brings the schema up to date when it starts. */
  readonly migrations: boolean;
}

export interface EmbeddingConfig {
  readonly provider: 'local' | 'http';
  readonly model: string;
  readonly modelsPath: string;
  readonly threads: number;
  /** Tokens of a batch at most, padding included. */
  readonly batchTokens: number;
  /** Chunks that may wait; beyond it requests get 503. */
  readonly queueLimit: number;
  /** Questions whose vectors are remembered. */
  readonly cacheSize: number;
  /** The embedding server; always there with `http`. */
  readonly url?: string;
  readonly apiKey?: string;
  /** What the model must give. */
  readonly dimensions?: number;
}

/** What a request may ask for at most. Beyond: 413 or 422, nothing stored. */
export interface Limits {
  readonly bodyBytes: number;
  readonly contentCharacters: number;
  readonly queryCharacters: number;
  /** Metadata as JSON in UTF-8. */
  readonly metadataBytes: number;
  /** Keys at all depths together. */
  readonly metadataKeys: number;
  readonly metadataDepth: number;
  readonly externalIdBytes: number;
  /** `agent_id`, `speaker`, `content_type`, `session_type`, in UTF-8. */
  readonly labelBytes: number;
  readonly projectNameCharacters: number;
  readonly batchMemories: number;
  /** Of one search or page. */
  readonly results: number;
  /** Metadata filters inside each other, the outermost being 1. */
  readonly filterDepth: number;
  /** Comparisons of one metadata filter. */
  readonly filterConditions: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 8 * 1024 * 1024,
  contentCharacters: 200_000,
  queryCharacters: 20_000,
  metadataBytes: 64 * 1024,
  metadataKeys: 256,
  metadataDepth: 16,
  externalIdBytes: 512,
  // PostgreSQL's index tuples end at 2,704 bytes: four such labels must fit beside 1,024 halfvec dimensions.
  labelBytes: 128,
  projectNameCharacters: 255,
  batchMemories: 500,
  results: 100,
  filterDepth: 8,
  filterConditions: 100,
};

/** Requests a minute of one caller, by what they do; 0 is no limit. */
export interface RateLimits {
  readonly search: number;
  readonly store: number;
  readonly admin: number;
}

/** Where keys tell callers apart. */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  // A search takes some 10 ms of a core: one caller cannot have more than about a fifth of it.
  search: 1200,
  store: 600,
  // Prometheus asks four to twelve times a minute.
  admin: 120,
};

/** Injects the `AppConfig`. */
export const APP_CONFIG = Symbol('APP_CONFIG');
