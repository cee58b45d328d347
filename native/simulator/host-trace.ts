/** Calls to IP Helper as the trace tells them: the row as a document, a table by the number of its rows. */
import { decodeRouteRow } from '../../src/ip-helper/forward-row.ts';
import { decodeInterfaceRow } from '../../src/ip-helper/interface-row.ts';
import { decodeAddress } from '../../src/ip-helper/sockaddr.ts';
import { decodeAddressRow } from '../../src/ip-helper/unicast-row.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import type { Request } from './call.ts';
import { routeView } from './host-seed.ts';
import type { Doc } from './json.ts';

/** By the name of the call that it is in: what a row says. */
const ROWS: Readonly<Record<string, (row: Buffer) => Doc>> = {
  CreateIpForwardEntry2: routeDoc,
  SetIpForwardEntry2: routeDoc,
  DeleteIpForwardEntry2: routeDoc,
  GetBestRoute2: routeDoc,
  CreateUnicastIpAddressEntry: (row) => {
    const { luid, cidr } = decodeAddressRow(row);
    return { Interface: luid.toString(16), Address: formatCidr(cidr) };
  },
  GetIpInterfaceEntry: interfaceDoc,
  SetIpInterfaceEntry: interfaceDoc,
};

function routeDoc(row: Buffer): Doc {
  return routeView(undefined, decodeRouteRow(row));
}

function interfaceDoc(row: Buffer): Doc {
  const { luid, ...rest } = decodeInterfaceRow(row);
  return { Interface: luid.toString(16), ...rest };
}

/** `row` and `destination` as what they say; a row that says nothing stays as it is. */
export function hostArgs({ function: name, args }: Request): Doc {
  const { row, destination, ...rest } = args;
  return {
    ...rest,
    ...(typeof row === 'string' ? { row: read(name, row) ?? row } : {}),
    ...(typeof destination === 'string'
      ? { destination: decodeAddress(Buffer.from(destination, 'hex'))?.text ?? destination }
      : {}),
  };
}

export function hostResponse(name: string, response: string | undefined): { readonly response?: unknown } {
  if (response === undefined) return {};
  if (name.includes('Table')) return { response: { rows: Buffer.from(response.slice(0, 8), 'hex').readUInt32LE() } };
  return { response: read(name, response) ?? { bytes: response.length / 2 } };
}

function read(name: string, row: string): Doc | undefined {
  try {
    return ROWS[name]?.(Buffer.from(row, 'hex'));
  } catch (failure) {
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}
