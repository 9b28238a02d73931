import Database from 'libsql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { REPOSITORY } from '../support/service-process';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

/** What docs/keys.md has an operator run. */
function documentedStatements(): string {
  const page = readFileSync(join(REPOSITORY, 'docs/keys.md'), 'utf8');
  return /sqlite3 "\$CHROMA_PATH\/chroma\.sqlite3" "([^"]+)"/.exec(page)![1]!;
}

describe('what was deleted from ChromaDB', () => {
  const place = new ChromaPlace();

  afterAll(() => place.clear());

  function filesWith(text: string): string[] {
    const entries = readdirSync(place.directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => readFileSync(path).includes(text));
  }

  it('is on the disk until the documented statements remove it, and the rest is as it was', async () => {
    const { backend } = await place.open();
    await backend.store(1, [
      embedded({ externalId: 'gone', content: 'said by mistake' }, [unitVector(1)]),
      embedded({ externalId: 'changed', content: 'misspelt', metadata: { draft: 'first thought' } }, [
        unitVector(2),
      ]),
      embedded({ externalId: 'kept', content: 'what stays' }, [unitVector(3)]),
    ]);
    await backend.store(1, [embedded({ externalId: 'changed', content: 'well spelt' }, [unitVector(4)])]);
    await backend.delete(1, 'gone');
    await backend.store(2, [embedded({ content: 'of one who leaves' })]);
    await backend.deleteUser(2);
    await place.close();
    expect(filesWith('said by mistake')).not.toEqual([]);

    const database = new Database(join(place.directory, 'chroma.sqlite3'));
    database.exec(documentedStatements());
    database.close();
    for (const text of ['said by mistake', 'misspelt', 'first thought', 'of one who leaves'])
      expect(filesWith(text)).toEqual([]);

    const { backend: again } = await place.open();
    const { hits } = await again.search(1, { vector: unitVector(3), limit: 10, filter: {} });
    expect(hits.map(({ memory, similarity }) => [memory.content, similarity])).toEqual([
      ['what stays', expect.closeTo(1)],
      ['well spelt', expect.closeTo(unitVector(3).reduce((sum, x, i) => sum + x * unitVector(4)[i]!, 0))],
    ]);
  });
});
