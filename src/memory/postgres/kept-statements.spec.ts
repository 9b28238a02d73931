import { KeptStatements } from './kept-statements';

/** The names that a text is given, one time after the other. */
function namesOf(sut: KeptStatements, text: string, times: number): (string | undefined)[] {
  return Array.from({ length: times }, () => sut.nameOf(text));
}

describe('KeptStatements', () => {
  it('keeps what is asked again and again, under one name', () => {
    const [first, second, third, fourth] = namesOf(new KeptStatements(), 'select 1', 4);
    expect([first, second]).toEqual([undefined, undefined]);
    expect(third).toMatch(/^[\w-]{27}$/);
    expect(fourth).toBe(third);
  });

  it('gives every text a name of its own, the same in every process', () => {
    const [one, other] = ['select 1', 'select 2'].map((text) =>
      namesOf(new KeptStatements(), text, 3).at(-1),
    );
    expect(one).not.toBe(other);
    expect(namesOf(new KeptStatements(), 'select 1', 3).at(-1)).toBe(one);
  });

  it('keeps the next one only when it is asked more often', () => {
    const sut = new KeptStatements();
    namesOf(sut, 'select 1', 3);
    const names = namesOf(sut, 'select 2', 6);
    expect(names.map((name) => name !== undefined)).toEqual([false, false, false, false, false, true]);
  });

  it('keeps 64 at most, those that came first', () => {
    const sut = new KeptStatements();
    const texts = Array.from({ length: 200 }, (_, n) => `select ${n}`);
    const named = texts.filter((text) => namesOf(sut, text, 3 * 64).at(-1) !== undefined);
    expect(named).toEqual(texts.slice(0, 64));
    expect(sut.nameOf('select 0')).toBeDefined();
  });
});
