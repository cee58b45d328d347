/** IP_ADAPTER_ADDRESSES (iptypes.h): the linked list that GetAdaptersAddresses leaves in a buffer of its caller. */
import type { Ip } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Adapter, Address } from './ip-helper.ts';
import { decodeAddress, SOCKADDR_SIZE } from './sockaddr.ts';

/** Bytes that were an adapter list, and the address that they had: pointers in them lead into them. */
export interface Placed {
  readonly bytes: Buffer;
  readonly address: bigint;
}

/** Offsets in 64-bit Windows. */
const AT = {
  index4: 4,
  next: 8,
  name: 16,
  unicast: 24,
  dnsServers: 48,
  dnsSuffix: 56,
  description: 64,
  friendlyName: 72,
  mac: 80,
  macLength: 88,
  flags: 92,
  mtu: 96,
  type: 100,
  operStatus: 104,
  index6: 108,
  gateways: 208,
  metric4: 216,
  metric6: 220,
  luid: 224,
  compartment: 248,
} as const;
/** IP_ADAPTER_UNICAST_ADDRESS; the nodes of gateways and DNS servers begin as it does. */
const NODE = { next: 8, address: 16, prefixOrigin: 32, suffixOrigin: 36, dadState: 40, prefixLength: 56 } as const;
/** IP_ADAPTER_DHCP_ENABLED. */
const DHCP_ENABLED = 0x4;
/** IfOperStatusUp (ifdef.h). */
const UP = 1;
const MAC_LENGTH = 6;

/** The adapters of the list, in its order. */
export function decodeAdapters(list: Placed): readonly Adapter[] {
  return chain(list, list.bytes.length === 0 ? 0n : list.address, AT.next).map((at) => adapterAt(list, at));
}

function adapterAt(list: Placed, at: number): Adapter {
  const { bytes } = list;
  const u32 = (offset: number): number => bytes.readUInt32LE(at + offset);
  const pointer = (offset: number): bigint => bytes.readBigUInt64LE(at + offset);
  return {
    luid: pointer(AT.luid),
    index: { 4: u32(AT.index4), 6: u32(AT.index6) },
    guid: ansi(list, pointer(AT.name))
      .replace(/^\{(.*)\}$/, '$1')
      .toUpperCase(),
    alias: wideText(list, pointer(AT.friendlyName)),
    description: wideText(list, pointer(AT.description)),
    mac: u32(AT.macLength) === MAC_LENGTH ? macAt(bytes, at + AT.mac) : undefined,
    type: u32(AT.type),
    up: u32(AT.operStatus) === UP,
    dhcp: (u32(AT.flags) & DHCP_ENABLED) !== 0,
    // NDIS has no MTU for loopback and says 2^32 - 1.
    mtu: u32(AT.mtu),
    metric: { 4: u32(AT.metric4), 6: u32(AT.metric6) },
    compartment: u32(AT.compartment),
    addresses: chain(list, pointer(AT.unicast), NODE.next).flatMap((node) => addressAt(list, node)),
    gateways: ipsOf(list, pointer(AT.gateways)),
    dnsServers: ipsOf(list, pointer(AT.dnsServers)),
    dnsSuffix: wideText(list, pointer(AT.dnsSuffix)),
  };
}

function addressAt(list: Placed, node: number): readonly Address[] {
  const { bytes } = list;
  return ipAt(list, node).map((ip) => ({
    cidr: { ip, prefix: bytes.readUInt8(node + NODE.prefixLength) },
    prefixOrigin: bytes.readInt32LE(node + NODE.prefixOrigin),
    suffixOrigin: bytes.readInt32LE(node + NODE.suffixOrigin),
    dadState: bytes.readInt32LE(node + NODE.dadState),
  }));
}

const ipsOf = (list: Placed, first: bigint): readonly Ip[] =>
  chain(list, first, NODE.next).flatMap((node) => ipAt(list, node));

/** The address that a node points to; none when it is of neither family. */
function ipAt(list: Placed, node: number): readonly Ip[] {
  const at = offsetOf(list, list.bytes.readBigUInt64LE(node + NODE.address));
  // An IPv4 address is shorter than the union it is read as, and may stand at the very end.
  const socket = Buffer.alloc(SOCKADDR_SIZE);
  list.bytes.copy(socket, 0, at, at + SOCKADDR_SIZE);
  const ip = decodeAddress(socket);
  return ip === undefined ? [] : [ip];
}

/** Where the members of a linked list stand, `next` bytes into each of which is the pointer to the following one. */
function chain(list: Placed, first: bigint, next: number): readonly number[] {
  const members: number[] = [];
  for (let pointer = first; pointer !== 0n; pointer = list.bytes.readBigUInt64LE((members.at(-1) ?? 0) + next)) {
    members.push(offsetOf(list, pointer));
  }
  return members;
}

function offsetOf({ bytes, address }: Placed, pointer: bigint): number {
  const offset = pointer - address;
  if (offset >= 0n && offset < bytes.length) return Number(offset);
  throw new CniError(Code.Internal, 'Cannot read the adapters: a pointer of GetAdaptersAddresses leaves its buffer');
}

/** A `PCHAR`; "" for NULL. */
function ansi(list: Placed, pointer: bigint): string {
  if (pointer === 0n) return '';
  const at = offsetOf(list, pointer);
  return list.bytes.toString('latin1', at, list.bytes.indexOf(0, at));
}

/** A `PWCHAR`; "" for NULL. */
function wideText(list: Placed, pointer: bigint): string {
  if (pointer === 0n) return '';
  const at = offsetOf(list, pointer);
  let end = at;
  while (list.bytes.readUInt16LE(end) !== 0) end += 2;
  return list.bytes.toString('utf16le', at, end);
}

const macAt = (bytes: Buffer, at: number): Adapter['mac'] =>
  parseMac(bytes.toString('hex', at, at + MAC_LENGTH).replaceAll(/..(?!$)/g, '$&:'));
