import { InvalidInputError } from '../common/domain.error';
import { CursorScope, decodeCursor, encodeCursor } from './cursor';

const SCOPE: CursorScope = { userId: 1, filter: { sessionId: 2 }, order: 'descending' };
const PLACE = {
  occurredAt: new Date('0001-01-01T00:00:00.001Z'),
  id: '0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11',
};

describe('a cursor', () => {
  const cursor = encodeCursor(SCOPE, PLACE);

  it('leads back to its place, and goes into a URL as it is', () => {
    expect(decodeCursor(SCOPE, cursor)).toEqual(PLACE);
    expect(cursor).toBe(encodeURIComponent(cursor));
  });

  it('takes a filter for the same that has undefined for what another leaves out', () => {
    const filter = { sessionId: 2, project: undefined, metadata: undefined };
    expect(decodeCursor({ ...SCOPE, filter }, cursor)).toEqual(PLACE);
  });

  it.each<[string, Partial<CursorScope>]>([
    ['user', { userId: 2 }],
    ['order', { order: 'ascending' }],
    ['filter', { filter: {} }],
    ['filter by time', { filter: { sessionId: 2, occurredAfter: new Date(0) } }],
  ])('is refused for another %s', (_name, other) => {
    expect(() => decodeCursor({ ...SCOPE, ...other }, cursor)).toThrow(/another list/);
  });

  it.each(['', '-', 'AAAA', 'bm9uc2Vuc2U', '💡', cursor.slice(1), cursor.slice(0, -4)])(
    'is not %j',
    (text) => {
      expect(() => decodeCursor(SCOPE, text)).toThrow(InvalidInputError);
    },
  );
});
