/** MIB_UNICASTIPADDRESS_ROW (netioapi.h): an address of the host as bytes. Offsets are those of 64-bit Windows. */
import { type AddressRow, INFINITE, type NewAddress, PREFERRED } from './ip-helper.ts';
import { decodeAddress, encodeAddress } from './sockaddr.ts';

export const UNICAST_ROW_SIZE = 80;

const AT = {
  address: 0,
  luid: 32,
  index: 40,
  prefixOrigin: 44,
  suffixOrigin: 48,
  validLifetime: 52,
  preferredLifetime: 56,
  prefixLength: 60,
  dadState: 64,
} as const;

/** IpPrefixOriginUnchanged, IpSuffixOriginUnchanged (nldef.h): as InitializeUnicastIpAddressEntry sets them. */
const UNCHANGED = 16;

/** The row of an address to be made; its interface is named by the LUID alone. */
export const encodeNewAddress = ({ luid, cidr }: NewAddress): Buffer =>
  encodeAddressRow({
    luid,
    index: 0,
    cidr,
    prefixOrigin: UNCHANGED,
    suffixOrigin: UNCHANGED,
    dadState: PREFERRED,
  });

/** The row with an endless life. */
export function encodeAddressRow(row: AddressRow): Buffer {
  const bytes = Buffer.alloc(UNICAST_ROW_SIZE);
  encodeAddress(row.cidr.ip).copy(bytes, AT.address);
  bytes.writeBigUInt64LE(row.luid, AT.luid);
  bytes.writeUInt32LE(row.index, AT.index);
  bytes.writeInt32LE(row.prefixOrigin, AT.prefixOrigin);
  bytes.writeInt32LE(row.suffixOrigin, AT.suffixOrigin);
  bytes.writeUInt32LE(INFINITE, AT.validLifetime);
  bytes.writeUInt32LE(INFINITE, AT.preferredLifetime);
  bytes.writeUInt8(row.cidr.prefix, AT.prefixLength);
  bytes.writeInt32LE(row.dadState, AT.dadState);
  return bytes;
}

/** @throws {RangeError} when the address is of neither family. */
export function decodeAddressRow(bytes: Buffer, at = 0): AddressRow {
  const row = bytes.subarray(at, at + UNICAST_ROW_SIZE);
  const ip = decodeAddress(row, AT.address);
  if (ip === undefined) throw new RangeError(`Cannot read an address: its family is ${row.readUInt16LE(AT.address)}`);
  return {
    luid: row.readBigUInt64LE(AT.luid),
    index: row.readUInt32LE(AT.index),
    cidr: { ip, prefix: row.readUInt8(AT.prefixLength) },
    prefixOrigin: row.readInt32LE(AT.prefixOrigin),
    suffixOrigin: row.readInt32LE(AT.suffixOrigin),
    dadState: row.readInt32LE(AT.dadState),
  };
}
