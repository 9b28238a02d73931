import { FileReader } from './file-reader';

/** A scalar, or something this reader has no use for. */
export type PickledValue = string | number | null | typeof OPAQUE;

/** One entry of a dictionary. */
export interface PickledEntry {
  /** The key under which the dictionary itself is kept; empty for the outermost one. */
  readonly of: string;
  readonly key: PickledValue;
  readonly value: PickledValue;
}

/** The file is no pickle of dictionaries, or ends early. */
export class PickleError extends Error {}

/** An object, a tuple, or a reference to something seen before. */
export const OPAQUE = Symbol('opaque');

class Dictionary {
  constructor(readonly name: string) {}
}

type StackItem = PickledValue | Dictionary;

/**
 * Every entry of the dictionaries inside a pickle, streaming: nothing is kept but the stack, which the writers empty
 * every 1,000 entries. Nothing is ever executed: a class is only a name to be dropped.
 *
 * Knows what ChromaDB's two writers make: Python's protocols 4 and 5, with the dictionaries in an instance's `__dict__`
 * or plain, and the protocol 3 of the Rust server. Strings that Python writes as references to earlier ones are opaque.
 *
 * @throws PickleError at the first byte that is none of it. Reaching the end proves that the file is whole.
 */
export function* pickledEntries(file: FileReader): Generator<PickledEntry> {
  const stack: StackItem[] = [];
  const marks: number[] = [];
  for (;;) {
    const opcode = file.byte();
    switch (opcode) {
      case STOP:
        return;
      case MARK:
        marks.push(stack.length);
        break;
      case EMPTY_DICT:
        stack.push(new Dictionary(nameOnTop(stack)));
        break;
      case SETITEM:
        yield* entries(stack, stack.splice(-2));
        break;
      case SETITEMS:
        yield* entries(stack, stack.splice(marks.pop() ?? 0));
        break;
      default:
        step(opcode, file, stack);
    }
  }
}

function* entries(stack: readonly StackItem[], items: readonly StackItem[]): Generator<PickledEntry> {
  const dictionary = stack.at(-1);
  if (!(dictionary instanceof Dictionary)) throw new PickleError('has entries outside a dictionary');
  for (let i = 0; i + 1 < items.length; i += 2)
    yield { of: dictionary.name, key: scalar(items[i]!), value: scalar(items[i + 1]!) };
}

function scalar(item: StackItem): PickledValue {
  return item instanceof Dictionary ? OPAQUE : item;
}

function nameOnTop(stack: readonly StackItem[]): string {
  const top = stack.at(-1);
  return typeof top === 'string' ? top : '';
}

function step(opcode: number, file: FileReader, stack: StackItem[]): void {
  const value = VALUES[opcode];
  if (value !== undefined) {
    stack.push(value(file));
    return;
  }
  const ignored = IGNORED[opcode];
  if (ignored !== undefined) {
    file.skip(ignored);
    return;
  }
  const taken = OBJECTS[opcode];
  if (taken === undefined || stack.length < taken)
    throw new PickleError(`has an unknown opcode ${opcode} at byte ${file.position - 1}`);
  stack.splice(stack.length - taken, taken, OPAQUE);
}

const STOP = 0x2e;
const MARK = 0x28;
const EMPTY_DICT = 0x7d;
const SETITEM = 0x73;
const SETITEMS = 0x75;

/** Opcodes that push a value. */
const VALUES: Readonly<Record<number, (file: FileReader) => PickledValue>> = {
  0x4e: () => null, // NONE
  0x4a: (file) => file.int32(), // BININT
  0x4b: (file) => file.byte(), // BININT1
  0x4d: (file) => file.take(2).readUInt16LE(), // BININT2
  0x8a: (file) => signed(file.take(file.byte())), // LONG1
  0x8c: (file) => file.text(file.byte()), // SHORT_BINUNICODE
  0x58: (file) => file.text(file.int32() >>> 0), // BINUNICODE
  0x68: (file) => opaque(file, 1), // BINGET
  0x6a: (file) => opaque(file, 4), // LONG_BINGET
  0x29: () => OPAQUE, // EMPTY_TUPLE
};

/** Opcodes without meaning here, with the bytes that follow them: PROTO, FRAME, MEMOIZE. */
const IGNORED: Readonly<Record<number, number>> = { 0x80: 1, 0x95: 8, 0x94: 0 };

/** Opcodes that make one object of as many items: STACK_GLOBAL, NEWOBJ, BUILD. */
const OBJECTS: Readonly<Record<number, number>> = { 0x93: 2, 0x81: 2, 0x62: 2 };

function opaque(file: FileReader, bytes: number): typeof OPAQUE {
  file.skip(bytes);
  return OPAQUE;
}

function signed(littleEndian: Buffer): number {
  let value = 0n;
  for (const byte of littleEndian.toReversed()) value = (value << 8n) | BigInt(byte);
  return Number(BigInt.asIntN(8 * littleEndian.length, value));
}
