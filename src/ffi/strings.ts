/** Strings and GUIDs in the form Windows wants them in memory. */
import { zeroed } from './memory.ts';

/** UTF-16LE with its terminating NUL: what PCWSTR points to. */
export const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

/** A zeroed place for one pointer: what PWSTR* and HANDLE* parameters are given. */
export const outPointer = (): Buffer => zeroed(8);

const GUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/**
 * The 16 bytes of a GUID in Windows layout: the first three groups little-endian, the last eight bytes as written
 * (guiddef.h). The text has neither braces nor spaces.
 */
export function guidBytes(text: string): Buffer {
  const groups = GUID.exec(text);
  if (groups === null) throw new RangeError(`Cannot read "${text}" as a GUID`);
  const [, first = '', second = '', third = '', fourth = '', last = ''] = groups;
  const bytes = zeroed(16);
  bytes.writeUInt32LE(Number.parseInt(first, 16), 0);
  bytes.writeUInt16LE(Number.parseInt(second, 16), 4);
  bytes.writeUInt16LE(Number.parseInt(third, 16), 6);
  bytes.write(`${fourth}${last}`, 8, 'hex');
  return bytes;
}
