/** The linked list of GetAdaptersAddresses as bytes, made for the address at which its caller has the buffer. */
import { type Adapter, type Address, INFINITE } from '../../src/ip-helper/ip-helper.ts';
import { encodeAddress } from '../../src/ip-helper/sockaddr.ts';
import type { Ip } from '../../src/net/ip.ts';

/** A heap in the buffer: parts follow one another, each aligned, and are known by their addresses. */
interface Heap {
  readonly base: bigint;
  readonly parts: Buffer[];
  size: number;
}

/** Bytes of IP_ADAPTER_ADDRESSES, of its flags what is told here, and of IF_OPER_STATUS. */
const ADAPTER_SIZE = 448;
const DHCP_ENABLED = 0x4;
const BOTH_FAMILIES = 0x80 | 0x100;
const UP = 1;
const DOWN = 2;

const ALIGNMENT = 8;
const NULL = 0n;

/** Puts bytes on the heap and answers their address; they may be written to later. */
function put(heap: Heap, bytes: Buffer): bigint {
  const padded = Buffer.alloc(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT);
  // The part itself goes onto the heap, not a copy, when nothing has to be added to it.
  const part = padded.length === bytes.length ? bytes : padded;
  if (part !== bytes) bytes.copy(part);
  heap.parts.push(part);
  heap.size += part.length;
  return heap.base + BigInt(heap.size - part.length);
}

export function encodeAdapters(adapters: readonly Adapter[], base: bigint): Buffer {
  const heap: Heap = { base, parts: [], size: 0 };
  link(
    adapters.map((adapter) => {
      const bytes = Buffer.alloc(ADAPTER_SIZE);
      const fill = (): void => {
        fillAdapter(heap, bytes, adapter);
      };
      return { bytes, address: put(heap, bytes), fill };
    }),
  );
  return Buffer.concat(heap.parts);
}

interface Member {
  readonly bytes: Buffer;
  readonly address: bigint;
  readonly fill?: () => void;
}

/** Joins members by the pointer at offset 8 of each; answers the address of the first. */
function link(members: readonly Member[]): bigint {
  for (const [index, { bytes, fill }] of members.entries()) {
    bytes.writeBigUInt64LE(members[index + 1]?.address ?? NULL, 8);
    fill?.();
  }
  return members[0]?.address ?? NULL;
}

function fillAdapter(heap: Heap, bytes: Buffer, adapter: Adapter): void {
  bytes.writeUInt32LE(ADAPTER_SIZE, 0);
  bytes.writeUInt32LE(adapter.index[4], 4);
  bytes.writeBigUInt64LE(put(heap, Buffer.from(`{${adapter.guid}}\0`, 'latin1')), 16);
  bytes.writeBigUInt64LE(link(adapter.addresses.map((address) => unicast(heap, address))), 24);
  bytes.writeBigUInt64LE(link(adapter.dnsServers.map((ip) => socket(heap, ip))), 48);
  bytes.writeBigUInt64LE(wide(heap, adapter.dnsSuffix), 56);
  bytes.writeBigUInt64LE(wide(heap, adapter.description), 64);
  bytes.writeBigUInt64LE(wide(heap, adapter.alias), 72);
  const { digits } = adapter.mac ?? { digits: '' };
  bytes.write(digits, 80, 'hex');
  bytes.writeUInt32LE(digits.length / 2, 88);
  bytes.writeUInt32LE((adapter.dhcp ? DHCP_ENABLED : 0) | BOTH_FAMILIES, 92);
  bytes.writeUInt32LE(adapter.mtu, 96);
  bytes.writeUInt32LE(adapter.type, 100);
  bytes.writeUInt32LE(adapter.up ? UP : DOWN, 104);
  bytes.writeUInt32LE(adapter.index[6], 108);
  bytes.writeBigUInt64LE(link(adapter.gateways.map((ip) => socket(heap, ip))), 208);
  bytes.writeUInt32LE(adapter.metric[4], 216);
  bytes.writeUInt32LE(adapter.metric[6], 220);
  bytes.writeBigUInt64LE(adapter.luid, 224);
  bytes.writeUInt32LE(adapter.compartment, 248);
}

const wide = (heap: Heap, text: string): bigint => put(heap, Buffer.from(`${text}\0`, 'utf16le'));

/** What gateways and DNS servers are listed by; `size` makes room for what a longer node has behind it. */
function socket(heap: Heap, ip: Ip, size = 32): Member {
  const bytes = Buffer.alloc(size);
  const address = encodeAddress(ip);
  bytes.writeBigUInt64LE(put(heap, address.subarray(0, ip.family === 4 ? 16 : 28)), 16);
  bytes.writeInt32LE(ip.family === 4 ? 16 : 28, 24);
  return { bytes, address: put(heap, bytes) };
}

function unicast(heap: Heap, { cidr, prefixOrigin, suffixOrigin, dadState }: Address): Member {
  const member = socket(heap, cidr.ip, 64);
  member.bytes.writeInt32LE(prefixOrigin, 32);
  member.bytes.writeInt32LE(suffixOrigin, 36);
  member.bytes.writeInt32LE(dadState, 40);
  member.bytes.writeUInt32LE(INFINITE, 44);
  member.bytes.writeUInt32LE(INFINITE, 48);
  member.bytes.writeUInt32LE(INFINITE, 52);
  member.bytes.writeUInt8(cidr.prefix, 56);
  return member;
}
