import { connect } from 'node:net';

/** Sends bytes as they are, and gives everything that comes back until the other side ends the connection. */
export function rawExchange(port: number, sent: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.once('error', reject);
    socket.once('close', () => resolve(received));
  });
}
