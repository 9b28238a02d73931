import { createHash, randomBytes, randomInt } from 'node:crypto';

/** Lower case only, so that a prefix survives whatever lists and spreadsheets do to it; 62 bits. */
const PREFIX_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PREFIX_LENGTH = 12;

const SECRET_BYTES = 32;

/** 32 bytes in base64url are 43 characters. */
const KEY = /^wm_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** A key as its owner holds it, shown once: `wm_<prefix>_<secret>`. */
export interface KeyText {
  readonly prefix: string;
  readonly text: string;
}

/** A key that nobody has. */
export function newKeyText(): KeyText {
  const prefix = Array.from(
    { length: PREFIX_LENGTH },
    () => PREFIX_CHARACTERS[randomInt(PREFIX_CHARACTERS.length)],
  ).join('');
  return { prefix, text: `wm_${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The prefix of a text that looks like a key; undefined of any other. */
export function prefixOf(text: string): string | undefined {
  return KEY.exec(text)?.[1];
}

/** What is kept of a key. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
