import { Client } from 'pg';
import { textRows } from '../../src/memory/postgres/copy-rows';
import { CopyStep, runCopyScript } from '../../src/memory/postgres/copy-script';
import { describeNative, TEST_DATABASE_URL } from '../support/postgres-server';

const DRIVERS = [
  ['one that waits for each answer', false],
  ['one that sends ahead', true],
] as const;

describeNative('a COPY script on PostgreSQL', () => {
  describe.each(DRIVERS)('over %s', (_, pipeline) => runsCopyScripts(pipeline));
});

function runsCopyScripts(pipeline: boolean): void {
  let client: Client;
  const run = (...steps: readonly CopyStep[]) => runCopyScript(client, steps);
  const copy = (rows: Iterable<Buffer>, columns = 'n, text'): CopyStep => ({
    sql: `copy staged (${columns}) from stdin`,
    rows,
  });
  const rowsOf = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows;

  beforeEach(async () => {
    client = new Client({ connectionString: TEST_DATABASE_URL, pipeline });
    await client.connect();
    await client.query('create temp table staged (n integer, text text)');
  });

  afterEach(() => client.end());

  it('runs every statement in order, each COPY with its own rows', async () => {
    await run(
      { sql: 'create temp table kept (n integer, text text)' },
      copy(textRows([{ n: 1, text: 'one\ttab\\ and\nline' }])),
      { sql: 'insert into kept select * from staged' },
      copy(textRows([{ n: 2, text: null }])),
      copy(textRows([])),
    );
    expect(await rowsOf('select * from kept')).toEqual([{ n: 1, text: 'one\ttab\\ and\nline' }]);
    expect(await rowsOf('select n from staged order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('sends more than any buffer on the way holds', async () => {
    const text = 'x'.repeat(10_000);
    await run(copy(textRows(Array.from({ length: 2_000 }, (_, n) => ({ n, text })))));
    expect(
      await rowsOf('select count(*)::integer as n, sum(length(text))::integer as all from staged'),
    ).toEqual([{ n: 2_000, all: 20_000_000 }]);
  });

  it.each<[string, CopyStep]>([
    ['a statement', { sql: 'select 1 / 0' }],
    ['a COPY into what is not there', { sql: 'copy missing from stdin', rows: [Buffer.from('1\n')] }],
    ['a COPY with a row of another kind', copy([Buffer.from('many\tcolumns\there\n')])],
  ])('runs nothing after %s that failed, and leaves a connection that works', async (_, failing) => {
    await client.query('begin');
    const more = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'y'.repeat(1_000) }));
    const script = run({ sql: 'create temp table before ()' }, failing, copy(textRows(more)), {
      sql: 'create temp table after ()',
    });
    await expect(script).rejects.toMatchObject({ code: expect.stringMatching(/^(22012|42P01|22P04)$/) });
    await client.query('rollback');
    expect(await rowsOf(`select to_regclass('before') as before, to_regclass('after') as after`)).toEqual([
      { before: null, after: null },
    ]);
    await run(copy(textRows([{ n: 7, text: 'later' }])));
    expect(await rowsOf('select * from staged')).toEqual([{ n: 7, text: 'later' }]);
  });

  it('fails with what went wrong while the rows were made', async () => {
    function* broken(): Generator<Buffer> {
      yield Buffer.from('1\tone\n');
      throw new RangeError('no such row');
    }
    await expect(run(copy(broken()), { sql: 'create temp table after ()' })).rejects.toThrow(
      new RangeError('no such row'),
    );
    expect(await rowsOf(`select count(*)::integer as n, to_regclass('after') as after from staged`)).toEqual([
      { n: 0, after: null },
    ]);
  });

  it('takes its turn among other statements', async () => {
    const before = client.query<{ n: number }>('select count(*)::integer as n from staged');
    const script = run(copy(textRows([{ n: 1, text: 'one' }])));
    expect((await before).rows).toEqual([{ n: 0 }]);
    await script;
    expect(await rowsOf('select n from staged')).toEqual([{ n: 1 }]);
  });

  it('is told when the connection is lost meanwhile', async () => {
    client.on('error', () => undefined);
    const other = new Client({ connectionString: TEST_DATABASE_URL });
    await other.connect();
    const [own] = await rowsOf('select pg_backend_pid() as pid');
    const script = run({ sql: 'select pg_sleep(60)' }, copy(textRows([{ n: 1, text: 'never' }])));
    await other.query('select pg_terminate_backend($1)', [own!.pid]);
    await expect(script).rejects.toThrow(/terminat/);
    await other.end();
  });
}
