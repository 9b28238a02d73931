import type { IncomingMessage, ServerResponse } from 'node:http';
import { ForeignPageError, refuseForeignPages } from './foreign-pages';

function verdict(headers: { host?: string; origin?: string }, origins: string[] = [], hosts: string[] = []) {
  let refusal: Error | undefined;
  refuseForeignPages(origins, hosts)({ headers } as IncomingMessage, {} as ServerResponse, (error) => {
    refusal = error;
  });
  return refusal;
}

describe('refuseForeignPages', () => {
  it.each([
    { host: '127.0.0.1:8000' },
    { host: '[::1]:8000' },
    { host: 'localhost:8000' },
    { host: 'LOCALHOST' },
    { host: 'memory.localhost' },
    { host: 'api:8000' },
    { host: 'host.docker.internal:8000' },
    {},
    { host: '127.0.0.1:8000', origin: 'http://127.0.0.1:8000' },
    { host: 'localhost', origin: 'https://localhost' },
  ])('lets %j through', (headers) => expect(verdict(headers)).toBeUndefined());

  it.each([
    { host: 'evil.example:8000' },
    { host: '127.0.0.1.evil.example' },
    { host: 'evil.example.:8000' },
    { host: 'localhost.evil.example' },
    { host: 'notlocalhost.example' },
    { host: 'evil.example', origin: 'http://evil.example' },
    { host: '127.0.0.1:8000', origin: 'https://evil.example' },
    { host: '127.0.0.1:8000', origin: 'http://127.0.0.1:9000' },
    { host: '127.0.0.1:8000', origin: 'http://localhost:8000' },
    { host: '127.0.0.1:8000', origin: 'null' },
    { host: '127.0.0.1:8000', origin: 'file://' },
    { host: '', origin: 'file://' },
  ])('refuses %j', (headers) => expect(verdict(headers)).toBeInstanceOf(ForeignPageError));

  it('knows the origins and names that it is told of, and no others', () => {
    const host = '127.0.0.1:8000';
    expect(verdict({ host, origin: 'https://app.example' }, ['https://app.example'])).toBeUndefined();
    expect(verdict({ host, origin: 'https://app.example.evil' }, ['https://app.example'])).toBeDefined();
    expect(verdict({ host, origin: 'https://evil.example' }, ['*'])).toBeUndefined();
    expect(verdict({ host: 'Memory.Example:443' }, [], ['memory.example'])).toBeUndefined();
    expect(verdict({ host: 'x.memory.example' }, [], ['memory.example'])).toBeDefined();
  });
});
