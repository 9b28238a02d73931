import type { ConnectionTarget } from './data-source-options';

/** Where the database runs: a server, or this process. */
export interface DatabaseHost {
  /** One process, one connection, no COPY. */
  readonly embedded: boolean;

  /** Makes the targets valid. */
  start(): Promise<void>;

  /** After every connection is closed. */
  stop(): Promise<void>;

  /** For the schema and index builds, in the owner's name. */
  ownerTarget(): ConnectionTarget;

  /** For requests. */
  serviceTarget(): ConnectionTarget;
}
