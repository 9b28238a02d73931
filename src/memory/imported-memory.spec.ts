import { ImportContext, importedMemory, SourceRecord, userOfCollection } from './imported-memory';

const CONTEXT: ImportContext = { userId: 1, importedAt: new Date('2026-05-08T12:00:00Z') };
const STORED_AT = new Date('2025-06-01T08:30:00Z');

function imported(record: Partial<SourceRecord>, context = CONTEXT): ReturnType<typeof importedMemory> {
  const defaults = { collection: 'wisdom_sessions', id: 'conv_007', document: 'a text', metadata: null };
  return importedMemory({ ...defaults, ...record }, context);
}

describe('importedMemory', () => {
  it('takes the fields from metadata and keeps metadata whole', () => {
    const metadata = {
      type: 'reflection',
      session_id: 7,
      session_type: 'wisdom_only',
      project: 'Über-Projekt №7',
      date: '2025-02-02',
      score: 1.9,
    };
    expect(imported({ document: 'Ana: I planted garlic.', metadata, createdAt: STORED_AT })).toEqual({
      id: '566efd96-f3fc-82b6-94b6-7f493c45efa9',
      userId: 1,
      externalId: 'conv_007',
      project: 'Über-Projekt №7',
      sessionId: 7,
      sessionType: 'wisdom_only',
      agentId: null,
      speaker: 'Ana',
      contentType: 'reflection',
      content: 'Ana: I planted garlic.',
      contentIsPreview: true,
      metadata,
      occurredAt: new Date('2025-02-02T00:00:00Z'),
      createdAt: STORED_AT,
      updatedAt: STORED_AT,
      expiresAt: null,
    });
  });

  it('makes a memory of a record that has nothing but an id', () => {
    expect(imported({ document: null })).toMatchObject({
      content: '',
      contentType: 'unknown',
      sessionId: null,
      sessionType: null,
      project: null,
      speaker: null,
      metadata: {},
      occurredAt: CONTEXT.importedAt,
      createdAt: CONTEXT.importedAt,
    });
  });

  describe('id', () => {
    it('is a UUID v8 that depends on user, collection and record only', () => {
      const { id } = imported({});
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(imported({ document: 'another', metadata: { a: 1 } }).id).toBe(id);
      const others = [
        imported({ id: 'conv_008' }),
        imported({ collection: 'pg_mem' }),
        imported({}, { ...CONTEXT, userId: 2 }),
      ];
      expect(new Set([id, ...others.map((other) => other.id)]).size).toBe(4);
    });

    it.each([
      ['conv_007', 'conv_007'],
      ['0c8b1f6e-4f3a-4b7e-9a55-5f2b5d1f9a11', 'wisdom_sessions:0c8b1f6e-4f3a-4b7e-9a55-5f2b5d1f9a11'],
      ['search', 'wisdom_sessions:search'],
      ['..', 'wisdom_sessions:..'],
      ['a/b c', 'a/b c'],
      ['x'.repeat(513), null],
      ['', null],
    ])('of the record %j gives the external id %j', (id, externalId) => {
      expect(imported({ id }).externalId).toBe(externalId);
    });
  });

  describe('session', () => {
    it.each([
      [17, 17],
      [17.0, 17],
      [-1, -1],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      ['seventeen', null],
      ['17', null],
      [1.5, null],
      [2 ** 53, null],
      [9007199254740993n, null],
      [true, null],
    ])('%p gives %p', (session_id, sessionId) => {
      expect(imported({ metadata: { session_id } }).sessionId).toBe(sessionId);
    });

    it('that is no number stays in metadata', () => {
      expect(imported({ metadata: { session_id: 'seventeen' } }).metadata).toEqual({
        session_id: 'seventeen',
      });
    });
  });

  describe('labels that cannot be fields', () => {
    it.each(['', '  ', 'x'.repeat(129), 'two\nlines', 7, null])('%j stays in metadata', (value) => {
      const metadata = { type: value, session_type: value };
      expect(imported({ metadata })).toMatchObject({ contentType: 'unknown', sessionType: null, metadata });
    });

    it('a project name of 256 characters stays in metadata', () => {
      const metadata = { project: 'x'.repeat(256) };
      expect(imported({ metadata })).toMatchObject({ project: null, metadata });
    });
  });

  describe('time', () => {
    it.each([
      [{ date: '2025-02-02' }, '2025-02-02T00:00:00.000Z'],
      [{ timestamp: '2025-02-02T10:11:12.123456' }, '2025-02-02T10:11:12.123Z'],
      [{ created_at: '2025-02-02 10:11:12+02:00' }, '2025-02-02T08:11:12.000Z'],
      [{ date: '2025-02-02', timestamp: '2025-03-03' }, '2025-02-02T00:00:00.000Z'],
      [{ date: 'last Tuesday', timestamp: '2025-03-03' }, '2025-03-03T00:00:00.000Z'],
      [{ date: '2025-02-30' }, STORED_AT.toISOString()],
      [{ date: '0000-01-01' }, STORED_AT.toISOString()],
      [{ date: 1738454400 }, STORED_AT.toISOString()],
      [{}, STORED_AT.toISOString()],
    ])('of %j is %s', (metadata, time) => {
      expect(imported({ metadata, createdAt: STORED_AT }).occurredAt.toISOString()).toBe(time);
    });
  });

  it('keeps numbers that JSON cannot hold as text', () => {
    const metadata = { big: 9007199254740993n, endless: Infinity, list: [1, -9007199254740993n], $key: 1 };
    expect(imported({ metadata }).metadata).toEqual({
      big: '9007199254740993',
      endless: 'Infinity',
      list: [1, '-9007199254740993'],
      $key: 1,
    });
  });
});

describe('userOfCollection', () => {
  it.each([
    ['wisdom_sessions', 1],
    ['wisdom_sessions_u2', 2],
    ['wisdom_sessions_u9007199254740991', Number.MAX_SAFE_INTEGER],
    ['wisdom_sessions_u9007199254740993', undefined],
    ['wisdom_sessions_u10', 10],
    ['wisdom_sessions_u0', undefined],
    ['wisdom_sessions_u1', undefined],
    ['wisdom_sessions_u02', undefined],
    ['wisdom_sessions_backup', undefined],
    ['scratch_l2', undefined],
  ])('%s: %p', (name, userId) => {
    expect(userOfCollection(name)).toBe(userId);
  });
});
