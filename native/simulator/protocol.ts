/** Frames between the C entry points and the service; native/README.md has the layout. Sockets are in service.ts. */
import type { Reply } from './call.ts';

/** What an entry point says. */
export type Message =
  | { readonly kind: 'hello'; readonly pid: number; readonly exe: string; readonly process: string }
  | {
      readonly kind: 'call';
      readonly function: string;
      readonly args: Readonly<Record<string, string | number>>;
      /** The caller passed a place for an error record. */
      readonly wantsError: boolean;
    }
  | { readonly kind: 'freed'; readonly strings: number };

const Kind = { hello: 1, call: 2, freed: 3, reply: 4 } as const;
const Type = { none: 0, text: 1, guid: 2, handle: 3 } as const;
const Flag = { handle: 1, response: 2, error: 4, die: 8 } as const;
const WANTS_ERROR = 1;
const LENGTH = 4;

/** Takes whole frames out of a stream: the messages of `chunk` and of what was left of earlier ones. */
export function createReader(): (chunk: Buffer) => readonly Message[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: Message[] = [];
    while (rest.length >= LENGTH && rest.length >= LENGTH + rest.readUInt32LE(0)) {
      const end = LENGTH + rest.readUInt32LE(0);
      messages.push(messageOf(rest.subarray(LENGTH, end)));
      rest = rest.subarray(end);
    }
    return messages;
  };
}

/** Reads values one after the other. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function messageOf(bytes: Buffer): Message {
  const cursor: Cursor = { bytes, at: 0 };
  const kind = u8(cursor);
  switch (kind) {
    case Kind.hello:
      return { kind: 'hello', pid: u32(cursor), exe: name(cursor), process: name(cursor) };
    case Kind.call: {
      const flags = u8(cursor);
      return { kind: 'call', function: name(cursor), args: args(cursor), wantsError: (flags & WANTS_ERROR) !== 0 };
    }
    case Kind.freed:
      return { kind: 'freed', strings: u32(cursor) };
    default:
      throw new RangeError(`Cannot read a frame: its kind is ${kind}, expected 1 to 3`);
  }
}

function args(cursor: Cursor): Record<string, string | number> {
  const read: Record<string, string | number> = {};
  for (let left = u8(cursor); left > 0; left -= 1) {
    const key = name(cursor);
    const value = argument(cursor);
    if (value !== undefined) read[key] = value;
  }
  return read;
}

/** Undefined for NULL. */
function argument(cursor: Cursor): string | number | undefined {
  const type = u8(cursor);
  switch (type) {
    case Type.none:
      return undefined;
    case Type.text:
      return take(cursor, u32(cursor)).toString('utf16le');
    case Type.guid:
      return guidText(take(cursor, 16));
    case Type.handle:
      return Number(take(cursor, 8).readBigUInt64LE(0));
    default:
      throw new RangeError(`Cannot read an argument: its type is ${type}, expected 0 to 3`);
  }
}

function take(cursor: Cursor, size: number): Buffer {
  cursor.at += size;
  return cursor.bytes.subarray(cursor.at - size, cursor.at);
}

const u8 = (cursor: Cursor): number => take(cursor, 1).readUInt8(0);
const u32 = (cursor: Cursor): number => take(cursor, 4).readUInt32LE(0);
const name = (cursor: Cursor): string => take(cursor, take(cursor, 2).readUInt16LE(0)).toString('utf8');

/** The text of 16 bytes in Windows layout: three little-endian groups, then bytes as written (guiddef.h). */
function guidText(bytes: Buffer): string {
  const groups = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10, 16),
  ];
  return groups
    .map((group) => group.toString('hex'))
    .join('-')
    .toUpperCase();
}

/** The frame of an answer. */
export function replyFrame({ hresult, handle, response, error }: Reply): Buffer {
  const head = Buffer.alloc(LENGTH + 1 + 4 + 1 + 8);
  const texts = [response, error].filter((each) => each !== undefined).map(wideText);
  head.writeUInt32LE(head.length - LENGTH + texts.reduce((sum, { length }) => sum + length, 0), 0);
  head.writeUInt8(Kind.reply, 4);
  head.writeInt32LE(hresult, 5);
  head.writeUInt8(flagOf(handle, Flag.handle) | flagOf(response, Flag.response) | flagOf(error, Flag.error), 9);
  head.writeBigUInt64LE(BigInt(handle ?? 0), 10);
  return Buffer.concat([head, ...texts]);
}

/** The frame that tells the caller to end at once. */
export function dieFrame(): Buffer {
  const frame = replyFrame({ hresult: 0 });
  frame.writeUInt8(Flag.die, 9);
  return frame;
}

const flagOf = (value: unknown, flag: number): number => (value === undefined ? 0 : flag);

function wideText(text: string): Buffer {
  const size = Buffer.alloc(4);
  const bytes = Buffer.from(text, 'utf16le');
  size.writeUInt32LE(bytes.length, 0);
  return Buffer.concat([size, bytes]);
}
