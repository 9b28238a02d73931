import { inFirstPerson, namedIn, possibleFirstWords } from './question-names';

const SPEAKERS = ['Ana', 'Ana Silva', 'Jean-Luc', 'J.R.R. Tolkien', 'O’Neil', 'Дмитрий', 'a.*b|c', 'Will'];

describe('names in a question', () => {
  it.each<[question: string, named: string[]]>([
    ['What did Ana plant?', ['Ana', 'Ana Silva']],
    ["Where is Ana's garlic?", ['Ana', 'Ana Silva']],
    ['Where is Ana’s garlic?', ['Ana', 'Ana Silva']],
    ['ana ANA Anas Hanna Ana_1 Ana2', []],
    ['(Ana), really', ['Ana', 'Ana Silva']],
    ['Did Silva come?', []],
    ['Jean-Luc and O’Neil', ['Jean-Luc', 'O’Neil']],
    ['Jean or Luc', []],
    ['What did J.R.R. write?', ['J.R.R. Tolkien']],
    ['Что сказал Дмитрий?', ['Дмитрий']],
    ['What is a.*b|c?', ['a.*b|c']],
    ['What is axxb?', []],
    ['What will he do?', []],
    ['', []],
  ])('are found as whole words in exact letters: %s', (question, named) => {
    const words = possibleFirstWords(question);
    const known = SPEAKERS.filter((speaker) => words.includes(speaker.split(' ')[0]!));
    expect(namedIn(question, known)).toEqual(named);
    expect(namedIn(question, SPEAKERS)).toEqual(named);
  });

  it.each<[question: string, rewritten: string]>([
    ['What did Ana plant in Ana’s garden?', 'What did I plant in my garden?'],
    ["What did Ana Silva say of Ana Silva's tea?", 'What did I say of my tea?'],
    ['What did Jean-Luc, not Jean, do?', 'What did I, not Jean, do?'],
    ['Anastasia met a.*b|c', 'Anastasia met I'],
  ])('become the first person: %s', (question, rewritten) => {
    expect(inFirstPerson(question, namedIn(question, SPEAKERS))).toBe(rewritten);
  });

  it('leaves a question that names nobody', () => {
    expect(inFirstPerson('What will $& grow?', namedIn('What will $& grow?', SPEAKERS))).toBe(
      'What will $& grow?',
    );
  });

  it('knows the possible beginnings of names, each once', () => {
    expect(possibleFirstWords("Ana's Ana's\n tea?")).toEqual(['Ana', "Ana's", 's', 'tea', 'tea?']);
    expect(possibleFirstWords(`${'a.'.repeat(10_000)} ${'!'.repeat(9_000)}`).length).toBeLessThan(100);
    expect(possibleFirstWords(' \n ')).toEqual([]);
  });

  it('finds its names among ten thousand', () => {
    const speakers = Array.from({ length: 10_000 }, (_, i) => `Ana ${i}`);
    expect(namedIn('What did they plant?', speakers)).toEqual([]);
    expect(inFirstPerson('What did Ana 77 plant?', speakers)).toBe('What did I plant?');
  });
});
