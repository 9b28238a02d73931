import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendUnavailableError } from '../../memory.errors';
import { IndexSafeguard } from './index-safeguard';

const RECORDS_PER_SYNC = 10;

describe('IndexSafeguard', () => {
  let directory: string;
  let safeguard: IndexSafeguard;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wisdom-safeguard-'));
    safeguard = new IndexSafeguard(directory, RECORDS_PER_SYNC);
  });

  afterEach(async () => {
    await safeguard.idle();
    rmSync(directory, { recursive: true });
  });

  /** A file in the place of the copies. */
  async function prevent(): Promise<void> {
    await safeguard.idle();
    allow();
    writeFileSync(join(directory, 'index-copies'), '');
  }

  function allow(): void {
    rmSync(join(directory, 'index-copies'), { recursive: true, force: true });
  }

  /** How many single records pass before one is refused, 100 at most. */
  async function passing(): Promise<number> {
    for (let passed = 0; passed < 100; passed++) {
      const refusal: unknown = await safeguard.beforeWrite(1).catch((error: unknown) => error);
      if (refusal === undefined) continue;
      expect(refusal).toBeInstanceOf(BackendUnavailableError);
      return passed;
    }
    return 100;
  }

  it('lets nothing pass before it has looked', async () => {
    await prevent();
    expect(await passing()).toBe(0);
    allow();
    expect(await passing()).toBe(100);
  });

  it('lets fewer pass than make the server write an index, as long as none can be copied', async () => {
    await safeguard.beforeWrite(1);
    await prevent();
    expect(await passing()).toBe(RECORDS_PER_SYNC - 2);
    allow();
    expect(await passing()).toBe(100);
  });

  it('takes copies before each write that is large enough alone', async () => {
    await safeguard.beforeWrite(2 * RECORDS_PER_SYNC);
    await prevent();
    await expect(safeguard.beforeWrite(2 * RECORDS_PER_SYNC)).rejects.toThrow(/cannot be copied/);
    allow();
    await safeguard.beforeWrite(2 * RECORDS_PER_SYNC);
  });
});
