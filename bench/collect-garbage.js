/**
 * `NODE_OPTIONS="--expose-gc --require .../collect-garbage.js"`: a process that collects its garbage when it is sent
 * SIGUSR2, so that what it holds can be told from what it has not yet let go of.
 */
process.on('SIGUSR2', () => globalThis.gc());
