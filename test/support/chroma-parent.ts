import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';

/** A process to be killed in tests: serves the directory that it is given, says where, and stays. */
async function main(directory: string): Promise<void> {
  const log = { debug: () => undefined, warn: (message: string) => process.stderr.write(`${message}\n`) };
  const server = new ChromaServer({ directory, log });
  await server.start();
  process.stdout.write(`${await server.url()}\n`);
}

void main(process.argv[2]!);
