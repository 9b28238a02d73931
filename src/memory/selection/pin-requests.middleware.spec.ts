import type { Request, Response } from 'express';
import { RawServer } from '../../../test/support/raw-server';
import { InMemoryRepository } from '../in-memory/in-memory.repository';
import { FallbackBackend } from './fallback-backend';
import { pinRequests } from './pin-requests.middleware';

const CLOCK = { now: () => new Date(0) };

describe('pinRequests', () => {
  const requests: (() => void)[] = [];
  let backend: FallbackBackend;
  let server: RawServer;

  beforeEach(async () => {
    requests.length = 0;
    backend = new FallbackBackend(new InMemoryRepository(CLOCK));
    const pin = pinRequests(backend);
    server = await RawServer.start((request, response) => {
      requests.push(() => void pin(request as Request, response as Response, () => undefined));
    });
  });
  afterEach(() => server.close());

  it('lets go of requests whose client leaves, also of one whose turn to be answered never came', async () => {
    await server.request('/one', '/two');
    requests.forEach((goOn) => goOn());
    let isUnpinned = false;
    const unpinned = backend.handOver(new InMemoryRepository(CLOCK)).then(() => (isUnpinned = true));
    await new Promise(setImmediate);
    expect(isUnpinned).toBe(false);
    await server.leave();
    await unpinned;
  });

  it('lets go of a request whose client left before it came here', async () => {
    await server.request('/one');
    await server.leave();
    requests.forEach((goOn) => goOn());
    await backend.handOver(new InMemoryRepository(CLOCK));
  });
});
