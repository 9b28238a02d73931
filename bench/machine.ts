import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** What a benchmark ran on. */
export interface Machine {
  readonly node: string;
  readonly cores: number;
  /** As its maker calls it. Missing where a result is of an earlier form, like the two below. */
  readonly processor?: string;
  /** What the model's integers are multiplied by: the widest of its instructions that Linux knows of. */
  readonly instructions?: string;
  readonly memoryGb?: number;
}

/** Widest first; onnxruntime takes the first that there is. */
const INSTRUCTIONS = ['amx_int8', 'avx512_vnni', 'avx_vnni', 'avx512f', 'avx2', 'asimddp'];

export function thisMachine(): Machine {
  const known = flags();
  return {
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]!.model.trim(),
    instructions: INSTRUCTIONS.find((name) => known.includes(name)),
    memoryGb: Math.round(totalmem() / 1e9),
  };
}

export function machineText({ node, cores, processor, instructions, memoryGb }: Machine): string {
  const parts = [processor, instructions, `${cores} cores`, memoryGb && `${memoryGb} GB`, `Node ${node}`];
  return parts.filter(Boolean).join(', ');
}

function flags(): string[] {
  const file = '/proc/cpuinfo';
  if (!existsSync(file)) return [];
  return /^(?:flags|Features)\s*: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(' ') ?? [];
}
