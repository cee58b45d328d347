/** MIB_IPINTERFACE_ROW (netioapi.h) as bytes: what is written back is the row that was read, but for what is changed. */
import type { InterfaceChange, InterfaceKey, InterfaceRow } from './ip-helper.ts';
import { ADDRESS_FAMILY, familyOf } from './sockaddr.ts';

export const INTERFACE_ROW_SIZE = 168;

const AT = { family: 0, luid: 8, index: 16, sitePrefixLength: 144 } as const;
const FLAGS = {
  advertising: 40,
  forwarding: 41,
  weakHostSend: 42,
  weakHostReceive: 43,
  automaticMetric: 44,
  connected: 156,
} as const;
const NUMBERS = { metric: 148, mtu: 152 } as const;

type Flag = keyof typeof FLAGS;
type Count = keyof typeof NUMBERS;
const flagNames = Object.keys(FLAGS) as Flag[];
const numberNames = Object.keys(NUMBERS) as Count[];

/** A row that names an interface and nothing else: what GetIpInterfaceEntry fills. */
export function interfaceQuery({ luid, family }: InterfaceKey): Buffer {
  const bytes = Buffer.alloc(INTERFACE_ROW_SIZE);
  bytes.writeUInt16LE(ADDRESS_FAMILY[family], AT.family);
  bytes.writeBigUInt64LE(luid, AT.luid);
  return bytes;
}

/** @throws {RangeError} when the row is of neither family. */
export function decodeInterfaceRow(bytes: Buffer): InterfaceRow {
  const family = familyOf(bytes.readUInt16LE(AT.family));
  if (family === undefined) throw new RangeError(`Cannot read an interface: its family is ${bytes.readUInt16LE(0)}`);
  const flags = flagNames.map((name) => [name, bytes.readUInt8(FLAGS[name]) !== 0] as const);
  const numbers = numberNames.map((name) => [name, bytes.readUInt32LE(NUMBERS[name])] as const);
  return {
    luid: bytes.readBigUInt64LE(AT.luid),
    family,
    index: bytes.readUInt32LE(AT.index),
    ...(Object.fromEntries(flags) as Record<Flag, boolean>),
    ...(Object.fromEntries(numbers) as Record<Count, number>),
  };
}

/** The row of SetIpInterfaceEntry: a copy of one that was read, with the change in it. */
export function changedInterface(bytes: Buffer, change: InterfaceChange): Buffer {
  const row = Buffer.from(bytes);
  const { metric, mtu, ...flags } = change;
  for (const [name, value] of Object.entries(flags)) row.writeUInt8(Number(value), FLAGS[name as keyof typeof flags]);
  for (const [name, value] of Object.entries({ metric, mtu })) {
    if (value !== undefined) row.writeUInt32LE(value, NUMBERS[name as Count]);
  }
  // Get leaves 64 there for IPv4, which Set refuses (SetIpInterfaceEntry, Remarks).
  if (row.readUInt16LE(AT.family) === ADDRESS_FAMILY[4]) row.writeUInt32LE(0, AT.sitePrefixLength);
  return row;
}
