import { type Connection, Query } from 'pg';
import type { Statements } from './database/pipelined-transaction';

/** A statement, or a COPY FROM STDIN with its rows in the format that it names. */
export interface CopyStep {
  readonly sql: string;
  /** Made piece by piece, while the server works on those before. */
  readonly rows?: Iterable<Buffer>;
}

/**
 * Runs statements as one message, the rows of each COPY right behind it: one answer is waited for where each statement and
 * each COPY would have its own. They take no parameters. Where one fails, none after it is run.
 */
export function runCopyScript(connection: Statements, steps: readonly CopyStep[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = new CopyScript(steps, (error) => (error ? reject(script.failure ?? error) : resolve()));
    connection.query(script);
  });
}

class CopyScript extends Query {
  /** What went wrong while rows were made. */
  failure?: Error;

  constructor(
    private readonly steps: readonly CopyStep[],
    callback: (error?: Error) => void,
  ) {
    super('', callback);
  }

  /** Called by the driver, as is what follows. */
  override readonly submit = (connection: Connection): void => {
    connection.query(this.steps.map(({ sql }) => sql).join('; '));
    try {
      for (const { rows } of this.steps) if (rows) sendRows(connection, rows);
    } catch (error) {
      this.failure = error as Error;
      send(connection, COPY_FAIL, Buffer.from('\0'));
    }
  };

  /** The rows are on their way already; those that a failed statement leaves over the server passes by. */
  handleCopyInResponse(): void {}
}

/** Types of messages to the server. */
const COPY_DATA = 'd';
const COPY_DONE = 'c';
const COPY_FAIL = 'f';

const NOTHING = Buffer.alloc(0);

function sendRows(connection: Connection, rows: Iterable<Buffer>): void {
  for (const piece of rows) send(connection, COPY_DATA, piece);
  send(connection, COPY_DONE, NOTHING);
}

/** A message: its type, its length with that of the length itself, and what it says. */
function send({ stream }: Connection, type: string, content: Buffer): void {
  const head = Buffer.from([type.charCodeAt(0), 0, 0, 0, 0]);
  head.writeInt32BE(content.length + 4, 1);
  stream.cork();
  stream.write(head);
  stream.write(content);
  stream.uncork();
}
