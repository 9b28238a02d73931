import { textPreview } from './text-preview';

describe('textPreview', () => {
  it.each([
    ['', ''],
    ['short', 'short'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), 'x'.repeat(200)],
    ['💡'.repeat(300), '💡'.repeat(200)],
    [`${'x'.repeat(199)}💡💡`, `${'x'.repeat(199)}💡`],
  ])('of %j', (content, preview) => {
    expect(textPreview(content)).toBe(preview);
  });
});
