/** The port on the calls of iphlpapi.dll: rows become values, Win32 codes become outcomes or errors. */
import { formatCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { decodeAdapters } from './adapter-list.ts';
import { decodeRouteRow, encodeRoute, FORWARD_ROW_SIZE } from './forward-row.ts';
import { changedInterface, decodeInterfaceRow, interfaceQuery } from './interface-row.ts';
import type { BestRoute, InterfaceKey, IpHelper, Outcome, Route, RouteKey } from './ip-helper.ts';
import { Protocol } from './ip-helper.ts';
import type { Iphlpapi, RowCall, TableCall } from './iphlpapi.ts';
import { ADDRESS_FAMILY, decodeAddress, encodeAddress } from './sockaddr.ts';
import { outcomeOf, refusal, Win32 } from './status.ts';
import { decodeAddressRow, encodeNewAddress, UNICAST_ROW_SIZE } from './unicast-row.ts';

export function ipHelper(calls: Iphlpapi): IpHelper {
  const write = (name: RowCall, row: Buffer, task: string): Outcome => outcomeOf(calls.onRow(name, row), name, task);
  return {
    routes: (family) =>
      tableOf(calls, { name: 'GetIpForwardTable2', family, stride: FORWARD_ROW_SIZE }, decodeRouteRow),
    createRoute: (route) => write('CreateIpForwardEntry2', encodeRoute(route), `make ${routeText(route)}`),
    setRoute: (route) => write('SetIpForwardEntry2', encodeRoute(route), `change ${routeText(route)}`),
    deleteRoute: (key) => write('DeleteIpForwardEntry2', encodeKey(key), `delete ${routeText(key)}`),
    bestRoute: (destination) => bestRoute(calls, encodeAddress(destination), destination.text),
    adapters: () => adapters(calls),
    addresses: (family) =>
      tableOf(calls, { name: 'GetUnicastIpAddressTable', family, stride: UNICAST_ROW_SIZE }, decodeAddressRow),
    createAddress: (address) =>
      write('CreateUnicastIpAddressEntry', encodeNewAddress(address), `add the address ${formatCidr(address.cidr)}`),
    ipInterface: (key) => {
      const row = interfaceBytes(calls, key);
      return row === undefined ? undefined : decodeInterfaceRow(row);
    },
    setIpInterface: (key, change) => {
      const row = interfaceBytes(calls, key);
      if (row === undefined) return 'missing';
      return write('SetIpInterfaceEntry', changedInterface(row, change), `change ${interfaceText(key)}`);
    },
  };
}

/** Only the key of the row is looked at. */
const encodeKey = (key: RouteKey): Buffer =>
  encodeRoute({ ...key, metric: 0, protocol: Protocol.NetMgmt } satisfies Route);

const routeText = ({ destination, nextHop }: RouteKey): string =>
  `the route to ${formatCidr(destination)} by ${nextHop.text}`;
const interfaceText = ({ luid, family }: InterfaceKey): string =>
  `the IPv${family} settings of the interface 0x${luid.toString(16)}`;

interface Table {
  readonly name: TableCall;
  readonly family: Family;
  readonly stride: number;
}

/** The rows of a table; Windows answers "not found" for an empty one. */
function tableOf<T>(calls: Iphlpapi, table: Table, decode: (rows: Buffer, at: number) => T): readonly T[] {
  const { name, family, stride } = table;
  const { status, rows } = calls.table(name, ADDRESS_FAMILY[family], stride);
  if (status === Win32.NotFound) return [];
  if (status !== Win32.Success) throw refusal(status, name, `list the IPv${family} table of the host`);
  return Array.from({ length: rows.length / stride }, (_, index) => decode(rows, index * stride));
}

function bestRoute(calls: Iphlpapi, destination: Buffer, text: string): BestRoute | undefined {
  const { status, row, source } = calls.bestRoute(destination);
  if (status === Win32.NotFound || status === Win32.NetworkUnreachable) return undefined;
  if (status !== Win32.Success) throw refusal(status, 'GetBestRoute2', `find the route to ${text}`);
  const from = decodeAddress(source);
  return from === undefined ? undefined : { route: decodeRouteRow(row), source: from };
}

function adapters(calls: Iphlpapi): ReturnType<IpHelper['adapters']> {
  const { status, ...list } = calls.adapters();
  if (status === Win32.NoData) return [];
  if (status !== Win32.Success) throw refusal(status, 'GetAdaptersAddresses', 'list the adapters of the host');
  return decodeAdapters(list);
}

function interfaceBytes(calls: Iphlpapi, key: InterfaceKey): Buffer | undefined {
  const row = interfaceQuery(key);
  const status = calls.onRow('GetIpInterfaceEntry', row);
  if (status === Win32.NotFound) return undefined;
  if (status !== Win32.Success) throw refusal(status, 'GetIpInterfaceEntry', `read ${interfaceText(key)}`);
  return row;
}
