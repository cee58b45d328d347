/** The calls of iphlpapi.dll as they are, rows as bytes and Win32 codes; what they mean to a caller is client.ts. */
import type { Placed } from './adapter-list.ts';

/** Calls that take one row, and fill it when they are a Get. */
export type RowCall =
  | 'CreateIpForwardEntry2'
  | 'SetIpForwardEntry2'
  | 'DeleteIpForwardEntry2'
  | 'CreateUnicastIpAddressEntry'
  | 'GetIpInterfaceEntry'
  | 'SetIpInterfaceEntry';

/** Calls that allocate a table: a header of 8 bytes that begins with the number of rows, then the rows. */
export type TableCall = 'GetIpForwardTable2' | 'GetUnicastIpAddressTable';

export interface Iphlpapi {
  /** Answers the Win32 code; what a Get found is in `row`. */
  readonly onRow: (name: RowCall, row: Buffer) => number;
  /** `rows`: those of the table, copied; its memory is freed. `family` is an ADDRESS_FAMILY, `stride` bytes of a row. */
  readonly table: (
    name: TableCall,
    family: number,
    stride: number,
  ) => { readonly status: number; readonly rows: Buffer };
  /** GetBestRoute2 without a wish for interface or source. */
  readonly bestRoute: (destination: Buffer) => BestRow;
  /** GetAdaptersAddresses, both families; without anycast and multicast addresses, with gateways. */
  readonly adapters: () => Placed & { readonly status: number };
}

export interface BestRow {
  readonly status: number;
  /** MIB_IPFORWARD_ROW2. */
  readonly row: Buffer;
  /** SOCKADDR_INET. */
  readonly source: Buffer;
}
