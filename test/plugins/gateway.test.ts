/** Gateways, the addresses no pod has, and the routes of an endpoint. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NetConf } from '../../src/dialects/net-conf.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { gatewayNotes, gatewayOf, reservedAddresses, statedGateways } from '../../src/plugins/gateway.ts';
import { routeNotes, routesOf } from '../../src/plugins/routes.ts';
import { cidr } from '../support/net.ts';
import { confOf, IPAM, NETWORK, wantedOf } from '../support/wanted.ts';

const conf = (ipam: object, more: object = {}): NetConf =>
  confOf('win-bridge', { ipam: { type: 'host-local', ...ipam }, ...more });

const gateway = suite('gateways and routes');

/** An address, the gateways configured, the gateway it has. */
const GATEWAYS: readonly (readonly [address: string, configured: readonly string[], wanted: string])[] = [
  ['10.244.3.7/24', [], '10.244.3.2'],
  ['10.244.3.7/16', [], '10.244.0.2'],
  ['10.244.3.7/29', [], '10.244.3.2'],
  ['10.244.3.130/25', [], '10.244.3.130'],
  ['fd00::7/64', [], 'fd00::2'],
  ['10.244.3.7/24', ['10.244.3.1'], '10.244.3.1'],
  ['10.244.3.7/24', ['fd00::1'], '10.244.3.2'],
  ['fd00::7/64', ['10.244.3.1', 'fd00::1'], 'fd00::1'],
  ['10.244.3.7/24', ['fd00::1', '10.244.3.1'], '10.244.3.1'],
];
for (const [address, configured, wanted] of GATEWAYS) {
  gateway(`gatewayOf() of ${address} with ${configured.join(' and ') || 'none configured'} is ${wanted}`, () => {
    const asked = wantedOf(confOf('win-bridge', { gateway: configured }));
    assert.is(gatewayOf(cidr(address), asked)?.text, wanted);
  });
}

gateway('gatewayNotes() tells of a configured gateway that the network does not have', () => {
  const notes = (configured: readonly string[]): readonly string[] =>
    gatewayNotes(wantedOf(confOf('win-bridge', { gateway: configured })));
  assert.equal(notes([]), []);
  assert.equal(notes(['10.244.3.1']), []);
  assert.equal(notes(['10.244.3.9', 'fd00::9']), [
    'gateway: 10.244.3.9 is configured, and HNS network "cbr0" has 10.244.3.1',
  ]);
});

const RESERVED: readonly (readonly [ipam: object, more: object, wanted: readonly string[]])[] = [
  [{ subnet: '10.244.3.0/24' }, {}, ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.255']],
  [
    { subnet: '10.244.3.0/24', gateway: '10.244.3.9' },
    { gateway: ['10.244.3.8', 'fd00::1'] },
    ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.255', '10.244.3.9', '10.244.3.8', 'fd00::1'],
  ],
  [{ subnet: 'fd00::/126' }, {}, ['fd00::', 'fd00::1', 'fd00::2', 'fd00::3']],
];
for (const [ipam, more, wanted] of RESERVED) {
  gateway(`reservedAddresses() of ${JSON.stringify({ ...ipam, ...more })}`, () => {
    assert.equal(
      reservedAddresses(conf(ipam, more), { ...NETWORK, subnets: [] }).map(({ text }) => text),
      wanted,
    );
  });
}

/** Addresses, routes of the IPAM section, and the routes made of them as `dst gw`. */
const ROUTES: readonly (readonly [
  addresses: readonly string[],
  routes: readonly object[],
  wanted: readonly string[],
])[] = [
  [['10.244.3.7/24'], [], ['0.0.0.0/0 10.244.3.2']],
  [['10.244.3.7/24', 'fd00::7/64'], [], ['0.0.0.0/0 10.244.3.2', '::/0 fd00::2']],
  [['10.244.3.7/24'], [{ dst: '0.0.0.0/0', gw: '10.244.3.1' }], ['0.0.0.0/0 10.244.3.2']],
  [['10.244.3.7/24'], [{ dst: '10.1.0.0/16' }], ['0.0.0.0/0 10.244.3.2', '10.1.0.0/16 10.244.3.2']],
  [['10.244.3.7/24'], [{ dst: '10.1.0.0/16', gw: '10.244.3.9' }], ['0.0.0.0/0 10.244.3.2', '10.1.0.0/16 10.244.3.9']],
  [['10.244.3.7/24'], [{ dst: '::/0' }, { dst: 'fd01::/64' }], ['0.0.0.0/0 10.244.3.2']],
  [['10.244.3.7/24'], [{ dst: 'fd01::/64', gw: 'fd00::1' }], ['0.0.0.0/0 10.244.3.2']],
  [['fd00::7/64'], [{ dst: '10.1.0.0/16', gw: '10.244.3.9' }], ['::/0 fd00::2']],
  [
    ['10.244.3.7/24', 'fd00::7/64'],
    [{ dst: 'fd01::/64' }, { dst: '10.1.0.0/16' }, { dst: 'fd02::/64', gw: 'fd00::9' }],
    [
      ...['0.0.0.0/0 10.244.3.2', '::/0 fd00::2'],
      ...['fd01::/64 fd00::2', '10.1.0.0/16 10.244.3.2', 'fd02::/64 fd00::9'],
    ],
  ],
];
for (const [addresses, routes, wanted] of ROUTES) {
  gateway(`routesOf() ${addresses.join(' and ')} with ${JSON.stringify(routes)}`, () => {
    const made = routesOf(wantedOf(conf({ subnet: '10.244.3.0/24', routes }), { addresses }));
    assert.equal(
      made.map(({ dst, gw }) => `${formatCidr(dst)} ${gw.text}`),
      wanted,
    );
  });
}

gateway('routeNotes() tells of each route that the pod does not get', () => {
  const routes = [{ dst: 'fd01::/64', gw: 'fd00::1' }, { dst: '10.1.0.0/16' }, { dst: '::/0' }];
  const ipam = { ...IPAM, routes };
  assert.equal(routeNotes(wantedOf(confOf('win-bridge', { ipam }))), [
    'ipam.routes: fd01::/64 is left out, for the pod has no IPv6 address',
  ]);
  const noGateway = { type: 'Overlay', subnets: [{ prefix: '10.244.3.0/24', gateway: undefined }] };
  assert.equal(routeNotes(wantedOf(confOf('win-overlay', { ipam }), { network: noGateway })), [
    'ipam.routes: fd01::/64 is left out, for the pod has no IPv6 address',
    'ipam.routes: 10.1.0.0/16 is left out, for it has no gw and HNS chooses the gateway',
  ]);
});

gateway('gateways that are stated are IPv4 first, as those of addresses are', () => {
  const stated = confOf('sdn', {
    ipam: { subnet: '10.244.3.0/24', routes: [{ GW: '10.244.3.2' }] },
    optionalFlags: { enableDualStack: true, gatewayFromAdditionalRoutes: true },
    additionalRoutes: [{ dst: '::/0', gw: 'fd00::2' }],
  });
  const { ground } = wantedOf(stated);
  assert.equal(
    statedGateways(stated, ground.profile).map(({ text }) => text),
    ['10.244.3.2', 'fd00::2'],
  );
});

gateway.run();
