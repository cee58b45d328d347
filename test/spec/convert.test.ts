/** Results in every CNI version: what each can say comes back from it whole, and a chain's results stay apart. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { appendResult, readResult, writeResult } from '../../src/spec/convert.ts';
import { Code } from '../../src/spec/error.ts';
import type { Result, ResultIp, ResultRoute } from '../../src/spec/result.ts';
import { isAtLeast, SUPPORTED, type Version } from '../../src/spec/version.ts';
import { throwsCni } from '../support/throws.ts';

const octet = fc.integer({ min: 1, max: 254 });
const v4 = fc.tuple(octet, octet, octet).map(([a, b, c]) => `10.${a}.${b}.${c}`);
const v6 = fc.tuple(octet, octet).map(([a, b]) => `fd00:${a.toString(16)}::${b.toString(16)}`);
const family = fc.constantFrom({ ip: v4, bits: 24, everywhere: '0.0.0.0/0' }, { ip: v6, bits: 64, everywhere: '::/0' });
/** A record whose optional keys are absent, never undefined. */
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const compact = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

const name = fc.constantFrom('eth0', 'eth1', 'vEthernet (x)');
const networkInterface = fc
  .record({ name, mac: maybe(fc.constant('00-15-5D-52-C0-00')), sandbox: maybe(fc.constant('ns')) })
  .map(compact);
const ip = (interfaces: number): fc.Arbitrary<ResultIp> =>
  family.chain(({ ip: address, bits }) =>
    fc
      .record({
        address: address.map((one) => `${one}/${bits}`),
        gateway: maybe(address),
        interface: interfaces === 0 ? fc.constant(undefined) : maybe(fc.nat(interfaces - 1)),
      })
      .map((one) => compact(one) as ResultIp),
  );
const route: fc.Arbitrary<ResultRoute> = family.chain(({ ip: address, everywhere }) =>
  fc.record({ dst: fc.constant(everywhere), gw: maybe(address) }).map((one) => compact(one) as ResultRoute),
);
const dns = fc
  .record({
    nameservers: maybe(fc.array(v4, { minLength: 1, maxLength: 2 })),
    domain: maybe(fc.constant('cluster.local')),
    search: maybe(fc.constant(['svc.cluster.local'])),
    options: maybe(fc.constant(['ndots:5'])),
  })
  .map(compact)
  .filter((one) => Object.keys(one).length > 0);
const result: fc.Arbitrary<Result> = fc.array(networkInterface, { maxLength: 3 }).chain((interfaces) =>
  fc
    .record({
      interfaces: fc.constant(interfaces),
      ips: fc.array(ip(interfaces.length), { maxLength: 3 }),
      routes: maybe(fc.array(route, { minLength: 1, maxLength: 3 })),
      dns: maybe(dns),
    })
    .map((one) => compact(one) as Result),
);

const isV6 = (text: string): boolean => text.includes(':');
/** The same result, as far as 0.1 and 0.2 can say it: one address of each family, its routes, no interfaces. */
function asOld({ ips, routes = [], dns: names }: Result): Result {
  const kept = [false, true].flatMap((six) => {
    const found = ips.find(({ address }) => isV6(address) === six);
    if (found === undefined) return [];
    const one = compact({ address: found.address, gateway: found.gateway }) as ResultIp;
    return [{ one, routes: routes.filter(({ dst }) => isV6(dst) === six) }];
  });
  const both = kept.flatMap((each) => each.routes);
  return {
    interfaces: [],
    ips: kept.map(({ one }) => one),
    ...(both.length === 0 ? {} : { routes: both }),
    ...(names === undefined ? {} : { dns: names }),
  };
}

const convert = suite('results of every version');

for (const version of SUPPORTED) {
  convert(`what is written in ${version} is read back as far as that version can say it`, () => {
    const property = fc.property(result, (one) => {
      const text = JSON.stringify(writeResult(one, version));
      const expected = isAtLeast(version, '0.3.0') ? one : asOld(one);
      assert.equal(readResult(JSON.parse(text), 'prevResult'), expected);
    });
    fc.assert(property, { numRuns: 200 });
  });
  convert(`what ${version} can say survives every newer version`, () => {
    const property = fc.property(result, fc.constantFrom(...SUPPORTED), (one, newer) => {
      fc.pre(isAtLeast(newer, version));
      const through = (given: Result, by: Version): Result => readResult(writeResult(given, by), 'prevResult');
      const old = through(one, version);
      assert.equal(writeResult(through(old, newer), version), writeResult(one, version));
    });
    fc.assert(property, { numRuns: 200 });
  });
  convert(`its shape in ${version} is that version's`, () => {
    const property = fc.property(result, (one) => {
      const written = writeResult(one, version);
      const old = !isAtLeast(version, '0.3.0');
      assert.is(written['cniVersion'], version);
      assert.is('ips' in written, !old);
      assert.is('interfaces' in written, !old);
      if (old) assert.not('routes' in written);
      else assert.not('ip4' in written || 'ip6' in written);
      if (!isAtLeast(version, '1.0.0')) assert.ok('dns' in written);
      for (const each of (written['ips'] ?? []) as readonly Record<string, unknown>[]) {
        const stated = isAtLeast(version, '1.0.0') ? undefined : isV6(String(each['address'])) ? '6' : '4';
        assert.is(each['version'], stated);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
}

/** An address with the interface it points at. */
const nameIn =
  ({ interfaces }: Result) =>
  ({ address, interface: index }: ResultIp): unknown => [address, index === undefined ? 'none' : interfaces[index]];
convert('of a chain, the earlier result is passed on as it is and every index still finds its interface', () => {
  const property = fc.property(result, result, (previous, own) => {
    const both = appendResult(previous, own);
    assert.equal(both.interfaces.slice(0, previous.interfaces.length), previous.interfaces);
    assert.equal(both.ips.slice(0, previous.ips.length), previous.ips);
    assert.equal(both.interfaces.slice(previous.interfaces.length), own.interfaces);
    assert.equal(both.routes ?? [], [...(previous.routes ?? []), ...(own.routes ?? [])]);
    const moved = both.ips.slice(previous.ips.length);
    assert.equal(moved.map(nameIn(both)), own.ips.map(nameIn(own)));
    for (const { interface: index } of both.ips) assert.ok(index === undefined || index < both.interfaces.length);
  });
  fc.assert(property, { numRuns: 300 });
});
convert('of a chain, our DNS comes before an earlier one, which stays where we have none', () => {
  const previous = { interfaces: [], ips: [], dns: { nameservers: ['10.0.0.1'] } };
  const own = { interfaces: [], ips: [] };
  assert.equal(appendResult(previous, own).dns, previous.dns);
  assert.equal(appendResult(previous, { ...own, dns: { domain: 'x' } }).dns, { domain: 'x' });
  assert.not('dns' in appendResult(own, own));
});
convert('an index that points at nothing is left out', () => {
  const read = (index: unknown): unknown =>
    readResult({ interfaces: [{ name: 'eth0' }], ips: [{ address: '10.0.0.1/8', interface: index }] }, 'x').ips[0];
  assert.equal(read(0), { address: '10.0.0.1/8', interface: 0 });
  for (const index of [1, -1, 0.5, '0', null]) assert.equal(read(index), { address: '10.0.0.1/8' });
});
convert('keys this plugin does not know are passed on', () => {
  const interfaces = [{ name: 'eth0', mtu: 1400, socketPath: '/x', pciID: '0000:01' }];
  const routes = [{ dst: '10.0.0.0/8', mtu: 1300, priority: 5, table: 7, scope: 1, advmss: 1200 }];
  const written = writeResult(readResult({ interfaces, routes }, 'x'), '1.1.0');
  assert.equal([written['interfaces'], written['routes']], [interfaces, routes]);
});
convert('null counts as absent and keys come in any case, within interfaces and routes, too', () => {
  const interfaces = [{ Name: 'eth0', mac: null, sandbox: null }];
  const routes = [
    { DST: '10.0.0.0/8', gw: null },
    { dst: '10.1.0.0/16', gw: '' },
  ];
  const read = readResult({ interfaces, routes }, 'x');
  assert.equal([read.interfaces, read.routes], [[{ name: 'eth0' }], [{ dst: '10.0.0.0/8' }, { dst: '10.1.0.0/16' }]]);
});

const BAD: readonly (readonly [result: unknown, path: string])[] = [
  [5, 'p'],
  [{ interfaces: {} }, 'p.interfaces'],
  [{ interfaces: [{}] }, 'p.interfaces[0].name'],
  [{ ips: [{}] }, 'p.ips[0].address'],
  [{ ips: [{ address: '10.0.0.1/8' }, 5] }, 'p.ips[1]'],
  [{ ip4: {} }, 'p.ip4.ip'],
  [{ ip6: { ip: 'fd00::1/64', routes: [{ gw: 'fd00::2' }] } }, 'p.ip6.routes[0].dst'],
  [{ routes: [{ dst: '0.0.0.0/0', gw: 5 }] }, 'p.routes[0].gw'],
  [{ dns: { nameservers: 'x' } }, 'p.dns.nameservers'],
];
for (const [bad, path] of BAD) {
  convert(`readResult() refuses ${JSON.stringify(bad)} at ${path}`, () => {
    assert.is(throwsCni(() => readResult(bad, 'p'), Code.InvalidConfig).details, `JSON path ${path}`);
  });
}

convert.run();
