/** Rows as the Windows headers have them, by the probe, and the machine's own tables through Wine's iphlpapi.dll. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildNative, PROBE_WINDOWS } from '../../scripts/build-native.js';
import * as wine from '../../scripts/wine.js';
import { decodeRouteRow, encodeRouteRow, FORWARD_ROW_SIZE } from '../../src/ip-helper/forward-row.ts';
import { changedInterface, decodeInterfaceRow, INTERFACE_ROW_SIZE } from '../../src/ip-helper/interface-row.ts';
import type { Adapter, AddressRow, InterfaceRow, RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { decodeAddressRow, encodeAddressRow, UNICAST_ROW_SIZE } from '../../src/ip-helper/unicast-row.ts';
import type { Ip } from '../../src/net/ip.ts';
import { type Asked, Kind, type Told } from './asked.ts';
import { addressRow, routeRow } from './rows.ts';
import { SAMPLE } from './sample.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXE = join(ROOT, 'dist/test-ip-helper/wincni.exe');

/** Always the same rows, so that a failure comes again. */
const SEED = 7;
const ROUTES = fc.sample(routeRow, { numRuns: 50, seed: SEED });
const ADDRESSES = fc.sample(addressRow, { numRuns: 50, seed: SEED });
const NUMBERS = Array.from({ length: 20 }, (_, number) => number);
const FILLED = [Kind.forward, Kind.unicast, Kind.interface];

const test = suite<{ told: Told }>('IP Helper on Windows (Wine)');

test.before(async (context) => {
  buildNative({ windows: true });
  const args = ['build.js', '--entry', 'test/support/ip-helper-driver.ts', '--out', 'dist/test-ip-helper', '--align'];
  const built = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  assert.is(built.status, 0, built.stdout + built.stderr);
  await wine.ensure();
  context.told = await drive({
    probe: wine.windowsPath(PROBE_WINDOWS),
    fill: FILLED.flatMap((kind) => NUMBERS.map((number) => [kind, number] as const)),
    say: [
      ...ROUTES.map((row) => [Kind.forward, encodeRouteRow(row).toString('hex')] as const),
      ...ADDRESSES.map((row) => [Kind.unicast, encodeAddressRow(row).toString('hex')] as const),
    ],
  });
});

async function drive(asked: Asked): Promise<Told> {
  const { code, stdout, stderr } = await wine.run(EXE, [], { stdin: JSON.stringify(asked) });
  assert.is(code, 0, stderr);
  return JSON.parse(stdout) as Told;
}

/** Lines `name=value` in their order. */
const lines = (said: string): readonly (readonly [string, string])[] =>
  said
    .trimEnd()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);

/** What the probe says of an address. */
const hexOf = ({ family, value }: Ip): string => `${family} ${value.toString(16).padStart(family === 4 ? 8 : 32, '0')}`;
const u64 = (value: number | bigint): string => String(BigInt.asUintN(64, BigInt(value)));
/** An enumeration of C, which the probe tells as it is: 32 bits without a sign. */
const enumOf = (value: number): string => String(value >>> 0);

const routeFields = (row: RouteRow): Record<string, string> => ({
  'InterfaceLuid.Value': u64(row.luid),
  InterfaceIndex: u64(row.index),
  'DestinationPrefix.Prefix': hexOf(row.destination.ip),
  'DestinationPrefix.PrefixLength': u64(row.destination.prefix),
  NextHop: hexOf(row.nextHop),
  ValidLifetime: u64(row.validLifetime),
  PreferredLifetime: u64(row.preferredLifetime),
  Metric: u64(row.metric),
  Protocol: enumOf(row.protocol),
  Loopback: u64(Number(row.loopback)),
  AutoconfigureAddress: u64(Number(row.autoconfigureAddress)),
  Publish: u64(Number(row.publish)),
  Immortal: u64(Number(row.immortal)),
  Age: u64(row.age),
  Origin: enumOf(row.origin),
});

const addressFields = (row: AddressRow): Record<string, string> => ({
  Address: hexOf(row.cidr.ip),
  'InterfaceLuid.Value': u64(row.luid),
  InterfaceIndex: u64(row.index),
  PrefixOrigin: enumOf(row.prefixOrigin),
  SuffixOrigin: enumOf(row.suffixOrigin),
  OnLinkPrefixLength: u64(row.cidr.prefix),
  DadState: enumOf(row.dadState),
});

const interfaceFields = (row: InterfaceRow): Record<string, string> => ({
  Family: row.family === 4 ? '2' : '23',
  'InterfaceLuid.Value': u64(row.luid),
  InterfaceIndex: u64(row.index),
  AdvertisingEnabled: u64(Number(row.advertising)),
  ForwardingEnabled: u64(Number(row.forwarding)),
  WeakHostSend: u64(Number(row.weakHostSend)),
  WeakHostReceive: u64(Number(row.weakHostReceive)),
  UseAutomaticMetric: u64(Number(row.automaticMetric)),
  Metric: u64(row.metric),
  NlMtu: u64(row.mtu),
  Connected: u64(Number(row.connected)),
});

const adapterFields = (adapter: Adapter): readonly (readonly [string, string])[] => [
  ['Length', '448'],
  ['IfIndex', u64(adapter.index[4])],
  ['Ipv6IfIndex', u64(adapter.index[6])],
  ['Luid.Value', u64(adapter.luid)],
  ['AdapterName', `{${adapter.guid}}`],
  ['FriendlyName', adapter.alias],
  ['Description', adapter.description],
  ['DnsSuffix', adapter.dnsSuffix],
  ['PhysicalAddress', adapter.mac?.digits ?? ''],
  ['Dhcpv4Enabled', u64(Number(adapter.dhcp))],
  ['Mtu', u64(adapter.mtu)],
  ['IfType', u64(adapter.type)],
  ['OperStatus', adapter.up ? '1' : '2'],
  ['Ipv4Metric', u64(adapter.metric[4])],
  ['Ipv6Metric', u64(adapter.metric[6])],
  ['CompartmentId', u64(adapter.compartment)],
  ...adapter.addresses.flatMap((each) => [
    ['Unicast', hexOf(each.cidr.ip)] as const,
    ['OnLinkPrefixLength', u64(each.cidr.prefix)] as const,
    ['PrefixOrigin', u64(each.prefixOrigin)] as const,
    ['SuffixOrigin', u64(each.suffixOrigin)] as const,
    ['DadState', u64(each.dadState)] as const,
  ]),
  ...adapter.gateways.map((each) => ['Gateway', hexOf(each)] as const),
  ...adapter.dnsServers.map((each) => ['Dns', hexOf(each)] as const),
];

/** Those of `said` that `fields` names. */
const named = (said: string, fields: object): Record<string, string> =>
  Object.fromEntries(lines(said).filter(([name]) => name in fields));

test('rows have the sizes of the headers', ({ told }) => {
  assert.equal(told.sizes, [FORWARD_ROW_SIZE, UNICAST_ROW_SIZE, INTERFACE_ROW_SIZE, 448]);
});
test('rows that the headers filled are read field by field', ({ told }) => {
  assert.is(told.filled.length, FILLED.length * NUMBERS.length);
  for (const [at, { hex, said }] of told.filled.entries()) {
    const bytes = Buffer.from(hex, 'hex');
    const fields = [
      () => routeFields(decodeRouteRow(bytes)),
      () => addressFields(decodeAddressRow(bytes)),
      () => interfaceFields(decodeInterfaceRow(bytes)),
    ][Math.floor(at / NUMBERS.length)]?.();
    assert.ok(fields !== undefined && Object.keys(fields).length > 6);
    assert.equal(fields, named(said, fields));
  }
});
test('rows that are written say under the headers what was meant', ({ told }) => {
  assert.is(told.said.length, ROUTES.length + ADDRESSES.length);
  for (const [at, row] of ROUTES.entries()) {
    const said = Object.fromEntries(lines(told.said[at] ?? ''));
    assert.equal(said, { ...routeFields(row), SitePrefixLength: '0' });
  }
  for (const [at, row] of ADDRESSES.entries()) {
    const said = Object.fromEntries(lines(told.said[ROUTES.length + at] ?? ''));
    const rest = { SkipAsSource: '0', 'ScopeId.Value': '0', 'CreationTimeStamp.QuadPart': '0' };
    const forEver = { ValidLifetime: '4294967295', PreferredLifetime: '4294967295' };
    assert.equal(said, { ...addressFields(row), ...forEver, ...rest });
  }
});
test('a changed interface is under the headers what it was, but for the change', async ({ told }) => {
  const rows = told.filled.slice(2 * NUMBERS.length);
  const change = {
    forwarding: true,
    weakHostSend: false,
    weakHostReceive: true,
    automaticMetric: false,
    metric: 5,
    mtu: 9,
  };
  const changed = rows.map(({ hex }) => changedInterface(Buffer.from(hex, 'hex'), change).toString('hex'));
  const probe = wine.windowsPath(PROBE_WINDOWS);
  const { said } = await drive({ probe, fill: [], say: changed.map((hex) => [Kind.interface, hex]) });
  const fields = {
    ...{
      ForwardingEnabled: '1',
      WeakHostSend: '0',
      WeakHostReceive: '1',
      UseAutomaticMetric: '0',
      Metric: '5',
      NlMtu: '9',
    },
  };
  assert.is(said.length, NUMBERS.length);
  for (const [at, text] of said.entries()) {
    const before = Object.fromEntries(lines(rows[at]?.said ?? ''));
    const site = before['Family'] === '2' ? { SitePrefixLength: '0' } : {};
    assert.equal(Object.fromEntries(lines(text)), { ...before, ...fields, ...site });
  }
});
test("the simulator's adapters are under the headers what was meant", ({ told }) => {
  assert.equal(lines(told.sample), SAMPLE.flatMap(adapterFields));
});

/** `destination/length gateway metric` of each IPv4 route of the kernel (proc(5), /proc/net/route). */
function kernelRoutes(): readonly string[] {
  const rows = readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1);
  const dotted = (hex = ''): string => [...Buffer.from(hex, 'hex')].reverse().join('.');
  return rows.map((row) => {
    const [, destination, gateway, , , , metric, mask = ''] = row.split('\t');
    const length = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return `${dotted(destination)}/${length} ${dotted(gateway)} ${metric}`;
  });
}

test('the route table of this machine is read through the real iphlpapi.dll', ({ told }) => {
  const kernel = kernelRoutes();
  assert.ok(kernel.length > 0, 'this machine has a route');
  const found = told.routes.map(([text]) => text);
  for (const row of kernel) assert.ok(found.includes(row), `${row} is not among ${found.join(', ')}`);
});
test('the adapters and addresses of this machine are read through the real iphlpapi.dll', ({ told }) => {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const four = own.filter(({ family, internal }) => family === 'IPv4' && !internal);
  assert.ok(four.length > 0, 'this machine has an address');
  for (const { cidr: text, mac } of four) {
    const adapter = told.adapters.find(({ addresses }) => addresses.includes(text ?? ''));
    if (adapter === undefined) throw new Error(`${text} is not among ${JSON.stringify(told.adapters)}`);
    assert.is(adapter.mac, mac.replaceAll(':', ''));
    assert.ok(
      told.routes.some(([, index]) => index === adapter.index),
      'routes name the adapter by its index',
    );
    assert.ok(told.addresses.includes(text ?? ''));
  }
});

test.run();
