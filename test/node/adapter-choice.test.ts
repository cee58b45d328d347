/** Which adapters networks can come onto, and which one a rule means. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Adapter, IfType, INFINITE, Protocol, type RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { candidatesOf, chooseAdapter, holderOf } from '../../src/node/adapter-choice.ts';
import type { AdapterRule } from '../../src/node/node-config.ts';
import { Code } from '../../src/spec/error.ts';
import { SAMPLE } from '../ip-helper/sample.ts';
import { cidr, ip } from '../support/net.ts';
import { throwsCni } from '../support/throws.ts';

const choice = suite('the choice of the adapter');

const [LIKE] = SAMPLE;
const adapter = (alias: string, more: Partial<Adapter> = {}): Adapter => {
  if (LIKE === undefined) throw new Error('no sample');
  return { ...LIKE, alias, metric: { 4: 25, 6: 25 }, ...more };
};
const route = (luid: bigint, destination: string, more: Partial<RouteRow> = {}): RouteRow => ({
  ...{ luid, destination: cidr(destination), nextHop: ip(destination.includes(':') ? 'fd00::1' : '10.0.0.1') },
  ...{ index: 0, metric: 0, protocol: Protocol.NetMgmt, validLifetime: INFINITE, preferredLifetime: INFINITE },
  ...{ loopback: false, autoconfigureAddress: false, publish: false, immortal: false, age: 0, origin: 0, ...more },
});

const NIC = adapter('Ethernet', { luid: 1n, description: 'Intel(R) 82599 [SR-IOV]' });
const OVER = adapter('vEthernet (Ethernet 2)', { luid: 2n, addresses: [] });
const BELOW = adapter('Ethernet 2', { luid: 3n, addresses: [] });

const chosen = (rule: AdapterRule, adapters: readonly Adapter[], routes: readonly RouteRow[] = []): string =>
  chooseAdapter(rule, { candidates: candidatesOf(adapters, ['Ethernet 2']), routes }).nic;
const byRoute = (...routes: readonly RouteRow[]): string => chosen({ by: 'default route' }, [NIC, OVER], routes);

choice('candidates are NICs, and the virtual adapter that has taken over from one in its place', () => {
  const others = [
    adapter('vEthernet (nat)'),
    adapter('vEthernet (cbr0_ep)'),
    adapter('Loopback', { type: IfType.Loopback }),
    adapter('Teredo', { type: IfType.Tunnel }),
  ];
  const wireless = adapter('Wi-Fi', { type: IfType.Wireless });
  assert.equal(candidatesOf([NIC, OVER, wireless, ...others], ['Ethernet 2']), [
    { nic: 'Ethernet', adapter: NIC },
    { nic: 'Ethernet 2', adapter: OVER },
    { nic: 'Wi-Fi', adapter: wireless },
  ]);
  assert.equal(candidatesOf([OVER], []), []);
});
choice('a NIC is held by the virtual adapter as soon as there is one', () => {
  assert.is(holderOf([BELOW, OVER], 'Ethernet 2'), OVER);
  assert.is(holderOf([BELOW], 'Ethernet 2'), BELOW);
  assert.is(holderOf([NIC], 'Ethernet 2'), undefined);
});
choice('a name is that of the NIC or of what holds it, in any case', () => {
  for (const name of ['ethernet 2', 'vEthernet (Ethernet 2)']) {
    assert.is(chosen({ by: 'name', name }, [NIC, OVER]), 'Ethernet 2');
  }
});
choice(
  'a pattern is that of PowerShell: only * and ? mean anything else than themselves, and all of the name counts',
  () => {
    for (const pattern of ['Ethernet', '*82599*', 'intel(r) ????? [SR-IOV]', 'Ethern?t']) {
      assert.is(chosen({ by: 'pattern', pattern }, [NIC]), 'Ethernet', pattern);
    }
    for (const pattern of ['Ether', 'thernet', 'E.*', 'Ethernet|x', '[E]thernet']) {
      throwsCni(() => chosen({ by: 'pattern', pattern }, [NIC]), Code.InvalidConfig, /no adapter fits, expected one$/);
    }
  },
);
choice('the default route with the smallest sum of metrics decides; other routes do not count', () => {
  assert.is(byRoute(route(1n, '0.0.0.0/0'), route(2n, '10.0.0.0/8')), 'Ethernet');
  assert.is(byRoute(route(1n, '0.0.0.0/0', { metric: 9 }), route(2n, '0.0.0.0/0', { metric: 8 })), 'Ethernet 2');
  const slow = adapter('Ethernet', { luid: 1n, metric: { 4: 50, 6: 1 } });
  const routes = [route(1n, '0.0.0.0/0', { metric: 1 }), route(2n, '0.0.0.0/0', { metric: 20 })];
  assert.is(chosen({ by: 'default route' }, [slow, OVER], routes), 'Ethernet 2');
});
choice('those of IPv6 decide where there is none of IPv4', () => {
  assert.is(byRoute(route(1n, '0.0.0.0/0', { metric: 999 }), route(2n, '::/0')), 'Ethernet');
  assert.is(byRoute(route(2n, '::/0')), 'Ethernet 2');
});
choice('several default routes by one adapter are one; routes by adapters that are no candidates are none', () => {
  assert.is(byRoute(route(1n, '0.0.0.0/0'), route(1n, '0.0.0.0/0', { nextHop: ip('10.0.0.2') })), 'Ethernet');
  assert.is(byRoute(route(1n, '0.0.0.0/0', { metric: 99 }), route(7n, '0.0.0.0/0')), 'Ethernet');
});
choice('two that cost the same, or none, are refused with all candidates and how to name one', () => {
  for (const [routes, found] of [
    [[route(1n, '0.0.0.0/0'), route(2n, '0.0.0.0/0')], '2 adapters fit'],
    [[], 'no adapter fits'],
  ] as const) {
    const { message, details } = throwsCni(() => byRoute(...routes), Code.InvalidConfig);
    assert.is(message, `Cannot choose the adapter by the default route: ${found}, expected one`);
    assert.is(
      details,
      'adapters: "Ethernet" (Intel(R) 82599 [SR-IOV]) 10.240.0.30/24 fd00:240::30/64, gateway 10.240.0.1 fd00:240::1; ' +
        '"Ethernet 2" (Hyper-V Virtual Ethernet Adapter) no address, gateway 10.240.0.1 fd00:240::1; ' +
        'name one: --adapter-name NAME',
    );
  }
});
choice('an adapter without gateway or link says so; without any adapter the list says none', () => {
  const bare = adapter('Ethernet', { up: false, gateways: [] });
  const rule = { by: 'address', address: ip('10.9.9.9') } as const;
  const { details } = throwsCni(() => chosen(rule, [bare]), Code.InvalidConfig, /by address "10\.9\.9\.9"/);
  assert.match(details ?? '', /, no gateway, link down; name one/);
  assert.match(throwsCni(() => chosen(rule, []), Code.InvalidConfig).details ?? '', /^adapters: none;/);
});
choice.run();
