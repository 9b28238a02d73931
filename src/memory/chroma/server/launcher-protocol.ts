/** What the launcher is started with, as its only argument in JSON. */
export interface LauncherOptions {
  /** Of the data; absolute. */
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** A command line that replaces the bundled server. */
  readonly command?: string;
}

/** Sent before the server starts, where indexes were found half-written. */
export interface IndexesRestored {
  readonly restored: number;
}

/** Why there is no server, or no longer one. The launcher sends it once, right before it ends. */
export interface LauncherFailure {
  readonly reason: FailureReason;
  /** For people; may be empty. */
  readonly detail: string;
}

export type FailureReason =
  /** Another process holds the directory. */
  | 'directory-in-use'
  /** The bundled server does not run on this system. */
  | 'binding-does-not-load'
  /** `CHROMA_COMMAND` cannot be started. */
  | 'command-not-found'
  /** There is no room to open the directory soundly; the launcher was not started. */
  | 'disk-full'
  /** It ended by itself. The bundled server does so, without an error, when its port is taken. */
  | 'server-ended';
