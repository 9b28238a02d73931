import { DEFAULT_LIMITS } from '../../src/config/app-config';
import { LocalChroma } from '../../src/memory/chroma/local-chroma';

/** A process that copies the directory of its argument, whose vectors have three numbers, to be killed meanwhile. */
const silent = () => undefined;
const chroma = new LocalChroma({
  path: process.argv[2]!,
  clock: { now: () => new Date() },
  log: { debug: silent, log: silent, warn: silent },
  limits: DEFAULT_LIMITS,
  dimension: () => 3,
  tenants: { shared: false, mostVectors: 50_000, mostBytes: 64e6 },
});
void chroma.start();
