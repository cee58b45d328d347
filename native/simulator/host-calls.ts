/** The exports of iphlpapi.dll by name: rows come and go as hexadecimal text, failures are Win32 codes. */
import { encodeRouteRow } from '../../src/ip-helper/forward-row.ts';
import { decodeInterfaceRow, INTERFACE_ROW_SIZE } from '../../src/ip-helper/interface-row.ts';
import { type Adapter, IfType, INFINITE, Origin, PREFERRED, type RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { ADDRESS_FAMILY, decodeAddress, encodeAddress, familyOf, UNSPECIFIED } from '../../src/ip-helper/sockaddr.ts';
import { Win32 } from '../../src/ip-helper/status.ts';
import { decodeAddressRow, encodeAddressRow } from '../../src/ip-helper/unicast-row.ts';
import { BITS, sameIp } from '../../src/net/ip.ts';
import { parseMac } from '../../src/net/mac.ts';
import { handleIn, written } from './arguments.ts';
import type { Args, Context, Export } from './call.ts';
import { refuse } from './errors.ts';
import type { Host, HostAdapter } from './host.ts';
import { encodeAdapters } from './host-adapter-list.ts';
import { adapterOf, bestRoute, createRoute, deleteRoute, setRoute } from './host-routes.ts';
import { addAddress, routesOf } from './host-settings.ts';
import { HOST_COMPARTMENT } from './node.ts';

type Answer = ReturnType<Export>;

/** A call that changes the host by the row of its caller. */
const writing =
  (effect: (host: Host, row: Buffer) => void): Export =>
  ({ node, args }) => {
    effect(node.host, bytesIn(args, 'row'));
    return {};
  };

export const IP_HELPER_CALLS: ReadonlyMap<string, Export> = new Map<string, Export>([
  ['CreateIpForwardEntry2', writing(createRoute)],
  ['SetIpForwardEntry2', writing(setRoute)],
  ['DeleteIpForwardEntry2', writing(deleteRoute)],
  ['CreateUnicastIpAddressEntry', writing(createAddress)],
  ['GetIpInterfaceEntry', ({ node, args }) => answerOf(interfaceOf(node.host, bytesIn(args, 'row')).found)],
  ['SetIpInterfaceEntry', writing(setInterface)],
  ['GetIpForwardTable2', ({ node, args }) => tableOf(args, [...node.host.routes.values()].map(rowWithFamily))],
  ['GetUnicastIpAddressTable', ({ node, args }) => tableOf(args, addressRows(node.host))],
  ['GetBestRoute2', best],
  ['GetAdaptersAddresses', adapters],
]);

const answerOf = (...bytes: readonly Buffer[]): Answer => ({ response: Buffer.concat(bytes).toString('hex') });

const bytesIn = (args: Args, name: string): Buffer => Buffer.from(written(args, name), 'hex');

/** A row of a table with the ADDRESS_FAMILY that a caller asks for it by. */
interface TableRow {
  readonly family: number;
  readonly bytes: Buffer;
}

/** The table: the number of rows, four bytes of padding, the rows. Windows answers "not found" for an empty one. */
function tableOf(args: Args, all: readonly TableRow[]): Answer {
  const family = handleIn(args, 'family');
  if (family !== UNSPECIFIED && familyOf(family) === undefined) refuse(Win32.InvalidParameter);
  const rows = all.filter((row) => family === UNSPECIFIED || row.family === family);
  if (rows.length === 0) refuse(Win32.NotFound);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(rows.length);
  return answerOf(head, ...rows.map(({ bytes }) => bytes));
}

const rowWithFamily = (row: Parameters<typeof encodeRouteRow>[0]): TableRow => ({
  family: ADDRESS_FAMILY[row.destination.ip.family],
  bytes: encodeRouteRow(row),
});

const addressRows = (host: Host): readonly TableRow[] =>
  [...host.adapters.values()].flatMap(({ luid, index, settings }) =>
    settings.addresses.map((address) => ({
      family: ADDRESS_FAMILY[address.cidr.ip.family],
      bytes: encodeAddressRow({ ...address, luid, index }),
    })),
  );

function createAddress(host: Host, bytes: Buffer): void {
  if (familyOf(bytes.readUInt16LE(0)) === undefined) refuse(Win32.InvalidParameter);
  const row = decodeAddressRow(bytes);
  const adapter = adapterOf(host, row);
  const { ip, prefix } = row.cidr;
  if (prefix > BITS[ip.family]) refuse(Win32.InvalidParameter);
  const all = [...host.adapters.values()].flatMap(({ settings }) => settings.addresses);
  if (all.some(({ cidr }) => sameIp(cidr.ip, ip))) refuse(Win32.ObjectAlreadyExists);
  addAddress(host, adapter, {
    cidr: row.cidr,
    prefixOrigin: Origin.Manual,
    suffixOrigin: Origin.Manual,
    dadState: PREFERRED,
  });
}

/** Offsets of SitePrefixLength and Connected in MIB_IPINTERFACE_ROW. */
const SITE_PREFIX_LENGTH = 144;
const CONNECTED = 156;

interface Found {
  readonly adapter: HostAdapter;
  readonly family: 4 | 6;
  readonly found: Buffer;
}

/** Family, LUID and index of MIB_IPINTERFACE_ROW name it. */
function interfaceOf(host: Host, row: Buffer): Found {
  if (row.length !== INTERFACE_ROW_SIZE) refuse(Win32.InvalidParameter);
  const family = familyOf(row.readUInt16LE(0)) ?? refuse(Win32.InvalidParameter);
  const adapter = adapterOf(host, { luid: row.readBigUInt64LE(8), index: row.readUInt32LE(16) });
  const found = Buffer.from(adapter.rows[family]);
  found.writeUInt8(Number(adapter.up), CONNECTED);
  return { adapter, family, found };
}

function setInterface(host: Host, row: Buffer): void {
  const { adapter, family, found } = interfaceOf(host, row);
  if (row.readUInt32LE(SITE_PREFIX_LENGTH) > (family === 4 ? 0 : BITS[6])) refuse(Win32.InvalidParameter);
  const kept = Buffer.from(row);
  // The names of the interface are not the caller's, and what Get tells of a site prefix stays as it is.
  found.copy(kept, 0, 0, 20);
  found.copy(kept, SITE_PREFIX_LENGTH, SITE_PREFIX_LENGTH, SITE_PREFIX_LENGTH + 4);
  adapter.rows = { ...adapter.rows, [family]: kept };
}

/** The row and the source address, one behind the other. */
function best({ node, args }: Context): Answer {
  const destination = decodeAddress(bytesIn(args, 'destination')) ?? refuse(Win32.InvalidParameter);
  const { row, source } = bestRoute(node.host, destination);
  return answerOf(encodeRouteRow(row), encodeAddress(source));
}

/** The list for a buffer at `address`; a caller whose buffer is shorter than the answer tells 111 and the length. */
function adapters({ node, args }: Context): Answer {
  const address = BigInt(handleIn(args, 'address'));
  const family = handleIn(args, 'family');
  if (family !== UNSPECIFIED && familyOf(family) === undefined) refuse(Win32.InvalidParameter);
  const listed = [...node.host.adapters.values()].filter(({ replacedBy }) => replacedBy === undefined);
  return answerOf(
    encodeAdapters(
      listed.map((each) => listedAdapter(node.host, each)),
      address,
    ),
  );
}

const isByGateway = ({ destination, nextHop }: RouteRow): boolean => destination.prefix === 0 && nextHop.value !== 0n;

/** An adapter as it is listed; its gateways are the next hops of its default routes. */
function listedAdapter(host: Host, adapter: HostAdapter): Adapter {
  const { luid, index, guid, alias, description, type, up, settings, rows } = adapter;
  const { dhcp, addresses, dnsServers, dnsSuffix } = settings;
  const gateways = routesOf(host, adapter).filter(isByGateway);
  return {
    ...{ luid, guid, alias, description, type, up, dhcp, addresses, dnsServers, dnsSuffix },
    index: { 4: index, 6: index },
    mac: parseMac(adapter.mac),
    // NDIS has no MTU for loopback.
    mtu: type === IfType.Loopback ? INFINITE : adapter.mtu,
    metric: { 4: decodeInterfaceRow(rows[4]).metric, 6: decodeInterfaceRow(rows[6]).metric },
    compartment: HOST_COMPARTMENT,
    gateways: gateways.map(({ nextHop }) => nextHop),
  };
}
