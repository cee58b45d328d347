/** The calls of iphlpapi.dll through FFI: memory that Windows allocates is copied and freed here. */
import { addressOf, bind } from '../ffi/library.ts';
import { outPointer } from '../ffi/strings.ts';
import type { System } from '../ffi/system.ts';
import { Code } from '../spec/error.ts';
import type { Placed } from './adapter-list.ts';
import { FORWARD_ROW_SIZE } from './forward-row.ts';
import type { Iphlpapi } from './iphlpapi.ts';
import { SOCKADDR_SIZE, UNSPECIFIED } from './sockaddr.ts';
import { Win32 } from './status.ts';

const STATUS = 'uint32';
const ROW = 'pointer';
const OUT = 'pointer'; // PMIB_…_TABLE*, PULONG

/** In the order of netioapi.h, then iphlpapi.h. */
const IPHLPAPI = {
  GetIpInterfaceEntry: [STATUS, [ROW]],
  SetIpInterfaceEntry: [STATUS, [ROW]],
  GetUnicastIpAddressTable: [STATUS, ['uint32', OUT]],
  CreateUnicastIpAddressEntry: [STATUS, [ROW]],
  GetIpForwardTable2: [STATUS, ['uint32', OUT]],
  CreateIpForwardEntry2: [STATUS, [ROW]],
  SetIpForwardEntry2: [STATUS, [ROW]],
  DeleteIpForwardEntry2: [STATUS, [ROW]],
  GetBestRoute2: [STATUS, ['pointer', 'uint32', 'pointer', 'pointer', 'uint32', ROW, 'pointer']],
  FreeMibTable: ['void', ['pointer']],
  GetAdaptersAddresses: [STATUS, ['uint32', 'uint32', 'pointer', 'pointer', OUT]],
} as const;

/** `NumEntries`, padded to the alignment of the rows. */
const TABLE_HEAD = 8;
/** GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_INCLUDE_GATEWAYS (iptypes.h). */
const ADAPTER_FLAGS = 0x2 | 0x4 | 0x80;
/** The size that the documentation recommends to begin with. */
const ADAPTERS_SIZE = 15 * 1024;
/** The list may grow between the call that tells its size and the one that fetches it. */
const ADAPTERS_TRIES = 5;

/** Opens the entry points; nothing is loaded before the first call. */
export function iphlpapi(system: System): Iphlpapi {
  const calls = bind(system.pathOf('iphlpapi.dll'), IPHLPAPI, { code: Code.IpHelper }).sync;
  return {
    onRow: (name, row) => calls[name](row),
    table: (name, family, stride) => {
      const out = outPointer();
      const status = calls[name](family, out);
      const table = out.readBigUInt64LE();
      if (status !== Win32.Success) return { status, rows: Buffer.alloc(0) };
      try {
        const count = system.read(table, TABLE_HEAD).readUInt32LE(0);
        return { status, rows: system.read(table + BigInt(TABLE_HEAD), count * stride) };
      } finally {
        calls.FreeMibTable(table);
      }
    },
    bestRoute: (destination) => {
      const row = Buffer.alloc(FORWARD_ROW_SIZE);
      const source = Buffer.alloc(SOCKADDR_SIZE);
      return { status: calls.GetBestRoute2(null, 0, null, destination, 0, row, source), row, source };
    },
    adapters: () =>
      adapters((bytes, size) => calls.GetAdaptersAddresses(UNSPECIFIED, ADAPTER_FLAGS, null, bytes, size)),
  };
}

/** Asks with a larger buffer for as long as Windows says that it is too small. */
function adapters(ask: (bytes: Buffer, size: Buffer) => number): Placed & { readonly status: number } {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(ADAPTERS_SIZE);
  for (let tries = 1; ; tries += 1) {
    const bytes = Buffer.alloc(size.readUInt32LE());
    const status = ask(bytes, size);
    if (status !== Win32.BufferOverflow || tries === ADAPTERS_TRIES) {
      return { status, bytes, address: addressOf(bytes) };
    }
  }
}
