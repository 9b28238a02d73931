import type { PoolClient } from 'pg';
import { transaction } from './app-transaction';
import { runPipelined } from './pipelined-transaction';
import { SingleStatements } from './single-statements';

/** One on which no transaction can begin, and what stands behind it fails for another reason. */
function unable(): PoolClient {
  const query = (sql: string) =>
    Promise.reject(new Error(sql.startsWith('begin') ? 'cancelled' : 'null value in column "user_id"'));
  return { query, connection: { stream: {} } } as unknown as PoolClient;
}

describe('a transaction that cannot begin', () => {
  it('says why, and not what became of its statements', async () => {
    await expect(runPipelined(unable(), 1, ({ query }) => query('insert'))).rejects.toThrow('cancelled');
  });

  it('has no result, though a statement behind it had one', async () => {
    const connection = unable();
    const answered = jest.fn();
    const reading = transaction(connection, 'begin', () => Promise.resolve([]), answered);
    await expect(reading).rejects.toThrow('cancelled');
    expect(answered).not.toHaveBeenCalled();
  });

  it('says so of a single statement too, and when the connection is let go of', async () => {
    const sut = new SingleStatements(unable(), 1);
    await expect(sut.query('select')).rejects.toThrow('cancelled');
    await expect(sut.ended()).rejects.toThrow('cancelled');
  });
});
