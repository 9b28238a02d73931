import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { StartupError } from '../common/startup.error';
import { startFailure } from './start-failure';

function failureToListen(port: number, host: string): Promise<unknown> {
  return new Promise((resolve) => createServer().once('error', resolve).listen(port, host));
}

describe('startFailure', () => {
  it('prints what the operator can mend without a stack', () => {
    const error = new StartupError('Do this.', { cause: new Error('secret') });
    expect(startFailure(error)).toEqual({ text: 'Do this.', exitCode: 1 });
  });

  it('says that a port is in use, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { text } = startFailure(await failureToListen(port, '127.0.0.1'));
    server.close();
    expect(text).toBe(
      `Port ${port} at 127.0.0.1 is in use: stop the program that has it, or set PORT (0 takes a free one).`,
    );
  });

  it('says that an address is not of this machine', async () => {
    // TEST-NET-1 of RFC 5737 belongs to nobody.
    const { text } = startFailure(await failureToListen(0, '192.0.2.1'));
    expect(text).toBe(
      'HOST 192.0.2.1 is not an address of this machine: take one that is, such as 127.0.0.1.',
    );
  });

  it('shows where an unexpected failure comes from, with its causes', () => {
    const { text, exitCode } = startFailure(new TypeError('no', { cause: new Error('because') }));
    expect(text).toMatch(/^TypeError: no\n +at [^]*\ncaused by Error: because\n +at /);
    expect(exitCode).toBe(1);
  });
});
