import { misspeltVariables } from './misspelt';

const KNOWN = ['PORT', 'CHROMA_PATH', 'DATABASE_URL'];

describe('misspeltVariables', () => {
  it.each([
    ['CHROMA_PAHT', 'CHROMA_PATH'],
    ['CHROMA_PATHS', 'CHROMA_PATH'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
  ])('%s may mean %s', (name, meant) => {
    expect(misspeltVariables([name], KNOWN)).toEqual([{ name, meant }]);
  });

  it.each(['CHROMA_PATH', 'SORT', 'HOME', 'CHROMA_PATH_OLD', 'DATABASE_NAME'])('%s is left alone', (name) => {
    expect(misspeltVariables([name], KNOWN)).toEqual([]);
  });
});
