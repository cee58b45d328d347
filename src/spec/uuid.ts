/** Name-based GUIDs: the same name always gives the same id, so that what a killed process left can be found again. */
import { sha1 } from '@noble/hashes/legacy.js';

/** The name space of all ids this plugin derives; a random UUID, fixed for ever. */
const SPACE = Buffer.from('6f0d3a5e8c2b4f7a9d1e5b3c7a904e21', 'hex');

/** UUID version 5 (RFC 9562 section 5.5) over `parts`, upper case as HNS prints ids. Parts must hold no NUL. */
export function nameBasedGuid(...parts: readonly string[]): string {
  // Not Node's own: loading its crypto takes longer than all the rest of a command's own work.
  const hash = Buffer.from(sha1(Buffer.concat([SPACE, Buffer.from(parts.join('\0'), 'utf8')])));
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16).toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether a GUID has version 5: HNS and the peers make random ones (version 4), so this one was derived from a name. */
export const isNameBased = (guid: string): boolean => guid[14] === '5';
