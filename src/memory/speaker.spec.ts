import { readSpeaker } from './speaker';

describe('readSpeaker', () => {
  it.each([
    ['Ana: I planted garlic.', 'Ana'],
    ['Mary Ann O’Neil: yes', 'Mary Ann O’Neil'],
    ['Jean-Luc: oui', 'Jean-Luc'],
    ['Dr. Éowyn: a name with a dot and an accent', 'Dr. Éowyn'],
    ['User: Lena said so.\nAssistant: Tell me more.', 'User'],
    ['Speaker_2: digits and underscores', 'Speaker_2'],
  ])('%j is said by %j', (text, speaker) => {
    expect(readSpeaker(text)).toBe(speaker);
  });

  it.each([
    ['no colon', 'Ana planted garlic.'],
    ['no capital', 'ana: hello'],
    ['no space behind the colon', 'Ana:hello'],
    ['four words', 'Things To Buy Monday: garlic'],
    ['not at the beginning', ' Ana: hello'],
    ['a script without capitals', '安娜: 你好'],
    ['a name over 128 bytes', `A${'é'.repeat(64)}: hello`],
    ['nothing', ''],
  ])('nobody says a text with %s', (_why, text) => {
    expect(readSpeaker(text)).toBeNull();
  });

  it('takes a name of exactly the bytes that a label may have', () => {
    expect(readSpeaker('Anaé: hello', 5)).toBe('Anaé');
    expect(readSpeaker('Anaé: hello', 4)).toBeNull();
  });
});
