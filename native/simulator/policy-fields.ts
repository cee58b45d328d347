/** Fields of policy settings: a field of the wrong type is 0x803B001B, one of a useless value fails its policy. */
import { parseCidr } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { count, type Doc, doc, flag, oneOf, text, texts } from './json.ts';
import type { Node } from './node.ts';

/** Tells whether settings can be used. */
export type Check = (settings: Doc, node: Node) => boolean;

/** Tells whether the field at `key` can be used; one that is absent can, unless it is `needed`. */
export type Field = (settings: Doc, key: string, node: Node) => boolean;

/** Each of these fields is as it should be; others are not looked at. */
export const fields =
  (shape: Readonly<Record<string, Field>>): Check =>
  (settings, node) =>
    Object.entries(shape).every(([key, field]) => field(settings, key, node));

export const needed =
  (field: Field): Field =>
  (settings, key, node) =>
    ![undefined, null, ''].some((nothing) => settings[key] === nothing) && field(settings, key, node);

/** Of that type, whatever it says. */
const typed =
  (read: (settings: Doc, key: string) => unknown): Field =>
  (settings, key) => {
    read(settings, key);
    return true;
  };

export const word = typed(text);
export const words = typed(texts);
export const truth = typed(flag);
/** A whole number from 0. */
export const number = typed(count);

const MAX_U16 = 0xffff;
export const u16: Field = (settings, key) => (count(settings, key) ?? 0) <= MAX_U16;

export const address: Field = (settings, key) => {
  const written = text(settings, key) ?? '';
  return written === '' || parseIp(written) !== undefined;
};

const isBlock = (written: string): boolean => parseCidr(written) !== undefined || parseIp(written) !== undefined;
/** An address, or a block with or without host bits. */
export const block: Field = (settings, key) => isBlock(text(settings, key) ?? '');
export const blocks: Field = (settings, key) => (texts(settings, key) ?? []).every(isBlock);

export const among =
  (choices: readonly string[]): Field =>
  (settings, key) => {
    const written = text(settings, key);
    return written === undefined || oneOf(choices, written) !== undefined;
  };

/** An object of its own. */
export const part =
  (check: Check): Field =>
  (settings, key, node) =>
    check(doc(settings, key) ?? {}, node);
