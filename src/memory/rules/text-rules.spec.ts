import { contentProblem, labelProblem, projectNameProblem, textProblem } from './text-rules';

describe('the rules of texts', () => {
  it.each(['', ' \t\n\v\f\r ', 'Grüße \u{1f600} \u{10ffff}', '\u007f\u0085\u2028\ufeff\ufffe', 'e\u0301'])(
    'take %j inside metadata',
    (text) => expect(textProblem(text)).toBeUndefined(),
  );

  it.each(['\u0000', 'a\u0008', '\u000e', 'x\u001bx', '\u001f'])(
    'refuse the control character in %j',
    (text) => {
      expect(textProblem(text)).toMatch(/control/);
      expect(contentProblem(`content ${text}`, 100)).toMatch(/control/);
      expect(labelProblem(`label ${text}`, 100)).toMatch(/control/);
    },
  );

  it.each(['\ud83d', '\ude00', 'a\ude00\ud83db', '\ud800\ud800\udc00'])(
    'refuse the lone surrogate in %j',
    (text) => {
      expect(textProblem(text)).toMatch(/surrogate/);
      expect(contentProblem(text, 100)).toMatch(/surrogate/);
      expect(labelProblem(text, 100)).toMatch(/surrogate/);
      expect(projectNameProblem(text, 100)).toMatch(/surrogate/);
    },
  );

  it.each(['\t', '\n', '\u007f', '\u0085'])('refuse %j in what is written in one line only', (control) => {
    expect(labelProblem(`a${control}b`, 100)).toMatch(/control/);
    expect(projectNameProblem(`a${control}b`, 100)).toMatch(/control/);
    expect(contentProblem(`a${control}b`, 100)).toBeUndefined();
  });

  it.each(['', ' ', '\n\t', '\u00a0\u2003\ufeff'])('refuse %j where something must be said', (text) => {
    expect(contentProblem(text, 100)).toMatch(/empty/);
    expect(labelProblem(text, 100)).toMatch(/empty/);
    expect(projectNameProblem(text, 100)).toMatch(/empty/);
  });

  it('count characters of content and project names as code points', () => {
    for (const problem of [contentProblem, projectNameProblem]) {
      expect(problem('\u{1f600}'.repeat(10), 10)).toBeUndefined();
      expect(problem('\u{1f600}'.repeat(11), 10)).toMatch(/at most 10 characters/);
      expect(problem('x'.repeat(10), 10)).toBeUndefined();
      expect(problem('x'.repeat(11), 10)).toMatch(/at most 10 characters/);
    }
  });

  it('count labels in bytes of UTF-8', () => {
    expect(labelProblem('é'.repeat(5), 10)).toBeUndefined();
    expect(labelProblem(`${'é'.repeat(5)}x`, 10)).toMatch(/at most 10 bytes/);
  });
});
