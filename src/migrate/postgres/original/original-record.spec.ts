import { DEFAULT_LIMITS } from '../../../config/app-config';
import { OriginalContext, originalRecord, OriginalRow } from './original-record';

const CONTEXT: OriginalContext = {
  userId: 1,
  importedAt: new Date('2026-11-01T12:00:00Z'),
  limits: DEFAULT_LIMITS,
};

const ROW: OriginalRow = {
  id: '12',
  content: 'Ana: I planted garlic.',
  vector: Float32Array.of(0.6, 0.8),
  metadata: '{"type": "reflection", "session_id": 7, "date": "2025-02-02", "score": 1.9}',
  sessionNumber: 7,
  project: 'Kitchen garden',
  createdAt: '2026-11-23 08:13:05.902116',
};

function read(changes: Partial<OriginalRow>, context = CONTEXT): ReturnType<typeof originalRecord> {
  return originalRecord({ ...ROW, ...changes }, context);
}

describe('originalRecord', () => {
  it('is the memory with its whole text, under the id that the original gave out', () => {
    const { memory, ...record } = read({});
    expect(record).toMatchObject({ id: 'pg_mem_12', position: '12', model: 'original', records: 1 });
    expect(record.vectors).toEqual([ROW.vector]);
    expect(record.problem).toBeUndefined();
    expect(memory).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8/),
      userId: 1,
      externalId: 'pg_mem_12',
      project: 'Kitchen garden',
      sessionId: 7,
      sessionType: null,
      agentId: null,
      speaker: 'Ana',
      contentType: 'reflection',
      content: 'Ana: I planted garlic.',
      contentIsPreview: false,
      metadata: {
        type: 'reflection',
        session_id: 7,
        project: 'Kitchen garden',
        date: '2025-02-02',
        score: 1.9,
      },
      occurredAt: new Date('2025-02-02T00:00:00Z'),
      createdAt: new Date('2026-11-23T08:13:05.902Z'),
      updatedAt: new Date('2026-11-23T08:13:05.902Z'),
      expiresAt: null,
    });
  });

  it('has another id for another user and another memory, and the same however its text changes', () => {
    const { id } = read({}).memory;
    expect(read({ content: 'other', metadata: null }).memory.id).toBe(id);
    expect(read({ id: '13' }).memory.id).not.toBe(id);
    expect(read({}, { ...CONTEXT, userId: 2 }).memory.id).not.toBe(id);
  });

  describe('session', () => {
    it.each<[string, Partial<OriginalRow>, number | null]>([
      ['is the number of its session', { sessionNumber: 40, metadata: '{"session_id": 7}' }, 40],
      ['else that of the metadata', { sessionNumber: null, metadata: '{"session_id": 7}' }, 7],
      ['which has to be a whole number', { sessionNumber: null, metadata: '{"session_id": 7.5}' }, null],
      ['and no text', { sessionNumber: null, metadata: '{"session_id": "seventeen"}' }, null],
    ])('%s', (_, changes, sessionId) => {
      expect(read(changes).memory.sessionId).toBe(sessionId);
    });
  });

  describe('time', () => {
    it.each([
      ['2025-11-23 10:00:00', '2025-11-23T10:00:00.000Z'],
      ['2025-11-23 10:00:00.5+02', '2025-11-23T08:00:00.500Z'],
      [null, '2026-11-01T12:00:00.000Z'],
      ['infinity', '2026-11-01T12:00:00.000Z'],
    ])('%j is %s', (createdAt, time) => {
      const { memory } = read({ createdAt, metadata: null });
      expect([memory.createdAt, memory.occurredAt].map((date) => date.toISOString())).toEqual([time, time]);
    });
  });

  describe('metadata', () => {
    const plain = { sessionNumber: null, project: null };

    it.each([
      ['of no kind', null, {}],
      ['null', 'null', { original_metadata: null }],
      ['a list', '[1,2]', { original_metadata: [1, 2] }],
      ['a text', '"x"', { original_metadata: 'x' }],
      ['nested', '{"a": {"b": [1, {"c": null}]}}', { a: { b: [1, { c: null }] } }],
    ])('%s is kept whole', (_, metadata, kept) => {
      expect(read({ ...plain, metadata }).memory.metadata).toEqual(kept);
    });

    it('keeps numbers that JavaScript does not have as their digits', () => {
      const metadata =
        '{"n": -12345678901234567890, "list": [9007199254740991, 9007199254740993], "f": 0.12345678901234567891, ' +
        '"e": 1.2345678901234567e-10, "text": "12345678901234567890 \\"12345678901234567890", "large": 1e400}';
      expect(read({ ...plain, metadata }).memory.metadata).toEqual({
        n: '-12345678901234567890',
        list: [9007199254740991, '9007199254740993'],
        f: 0.12345678901234568,
        e: 1.2345678901234567e-10,
        text: '12345678901234567890 "12345678901234567890',
        large: '1e400',
      });
    });

    it('keeps what session and project replace', () => {
      const metadata = '{"session_id": "3", "project": "Über-Projekt №7", "a": 1}';
      expect(read({ metadata }).memory.metadata).toEqual({
        session_id: 7,
        project: 'Kitchen garden',
        a: 1,
        original_metadata: { session_id: '3', project: 'Über-Projekt №7' },
      });
    });

    it('keeps what had that name before', () => {
      const metadata = '{"project": "Tea", "original_metadata": "theirs"}';
      expect(read({ metadata }).memory.metadata).toMatchObject({
        project: 'Kitchen garden',
        original_metadata: { project: 'Tea', original_metadata: 'theirs' },
      });
    });

    it('has the project where no project of the tables is', () => {
      const { memory } = read({ metadata: '{"project": "Book: \\"On Patience\\""}', project: null });
      expect(memory.project).toBe('Book: "On Patience"');
    });
  });

  it('cannot be taken without a text, and says all that it had', () => {
    const record = read({ content: null, vector: Float32Array.of(1, NaN) });
    expect(record.problem).toBe('no text');
    expect(record.original()).toEqual({
      document: null,
      metadata: { type: 'reflection', session_id: 7, date: '2025-02-02', score: 1.9 },
      session_number: 7,
      project: 'Kitchen garden',
      created_at: ROW.createdAt,
      vector: [1, 'NaN'],
    });
  });

  it('is to be embedded where it has no vector', () => {
    expect(read({ vector: null }).vectors).toEqual([]);
  });
});
