/** Decoders of single settings, as several policy types have them; which type has which is in the tables of types. Pure. */
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { type Decoder, fail, integer } from '../spec/decode.ts';

export const u16 = integer(0, 0xffff);
export const u32 = integer(0, 0xffff_ffff);
/** Go's and HNS's uint64; JSON numbers are exact up to 2^53 only, and what is larger is passed as it is read. */
export const u64: Decoder<number> = (value, path) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 64
    ? value
    : fail(path, 'an integer that is not negative', value);
export const port = integer(1, 0xffff);

export const cidr: Decoder<string> = (value, path) =>
  typeof value === 'string' && parseCidr(value) !== undefined
    ? value
    : fail(path, 'a CIDR such as "10.96.0.0/12"', value);

export const ip: Decoder<string> = (value, path) =>
  typeof value === 'string' && parseIp(value) !== undefined ? value : fail(path, 'an IP address', value);

export const cidrOrIp: Decoder<string> = (value, path) =>
  typeof value === 'string' && (parseCidr(value) ?? parseIp(value)) !== undefined
    ? value
    : fail(path, 'a CIDR or an IP address', value);

/** Text that must say something. */
export const word: Decoder<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? value : fail(path, 'a text that is not empty', value);

/** A setting that templates leave as "" when they have nothing to say: it is left out then. */
export const emptyOr =
  <T>(as: Decoder<T>): Decoder<T | undefined> =>
  (value, path) =>
    value === '' ? undefined : as(value, path);

/** A choice in any case, answered in HNS's spelling. */
export const anyCase =
  <T extends string>(...choices: readonly T[]): Decoder<T> =>
  (value, path) =>
    choices.find((choice) => typeof value === 'string' && choice.toLowerCase() === value.toLowerCase()) ??
    fail(path, `${choices.length > 1 ? 'one of ' : ''}${choices.map((choice) => `"${choice}"`).join(', ')}`, value);

/** A port that HNS wants as text; people write the number too. */
export const portText: Decoder<string> = (value, path) => {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && isPort(text) ? text : fail(path, 'a port from 1 to 65535', value);
};

/** Whether this is a port in decimal, without leading zeros. */
export const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 0xffff;
