/** nat, sdnbridge and sdnoverlay: flags, gateways, DNS, and the network that they make. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NetConf } from '../../src/dialects/net-conf.ts';
import { requestOf } from '../../src/plugins/request.ts';
import { NO_ARGUMENTS } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { CONTEXT, confOf, type On, wantedOf } from '../support/wanted.ts';

const sdn = (more: object = {}): NetConf => confOf('sdn', more);
const hops = (more: object, on: On = {}): readonly string[] =>
  (requestOf(wantedOf(sdn(more), on)).Routes ?? []).map(
    ({ NextHop, DestinationPrefix }) => `${DestinationPrefix} ${NextHop}`,
  );
const flags = (...names: readonly string[]): object => ({
  optionalFlags: Object.fromEntries(names.map((name) => [name, true])),
});

const dialect = suite('nat, sdnbridge, sdnoverlay');

/** The configuration, what IPAM says, and the default routes. */
const GATEWAYS: readonly (readonly [more: object, on: On, routes: readonly string[]])[] = [
  [{}, { ipamGateways: ['10.244.3.1'] }, ['0.0.0.0/0 10.244.3.1']],
  [{}, {}, []],
  [flags('forceBridgeGateway'), { ipamGateways: ['10.244.3.1'] }, ['0.0.0.0/0 10.244.3.2']],
  [{ gateway: '10.244.3.8', ...flags('forceBridgeGateway') }, {}, ['0.0.0.0/0 10.244.3.8']],
  [
    { ...flags('gatewayFromAdditionalRoutes'), additionalRoutes: [{ dst: '0.0.0.0/0', gw: '10.244.3.9' }] },
    { ipamGateways: ['10.244.3.1'] },
    ['0.0.0.0/0 10.244.3.9'],
  ],
  [
    { additionalRoutes: [{ dst: '0.0.0.0/0', gw: '10.244.3.9' }] },
    { ipamGateways: ['10.244.3.1'] },
    ['0.0.0.0/0 10.244.3.1'],
  ],
  // Addresses by HNS: the gateway is the first route's, else the first address of the subnet.
  [
    { ipam: { subnet: '192.168.1.0/24', routes: [{ GW: '192.168.1.2' }] } },
    { addresses: [] },
    ['0.0.0.0/0 192.168.1.2'],
  ],
  [{ ipam: { subnet: '192.168.1.0/24' } }, { addresses: [] }, ['0.0.0.0/0 192.168.1.1']],
  [{ ipam: {} }, { addresses: [] }, []],
];
for (const [more, on, routes] of GATEWAYS) {
  dialect(`has the routes ${JSON.stringify(routes)} with ${JSON.stringify(more)} and ${JSON.stringify(on)}`, () => {
    assert.equal(hops(more, on), routes);
  });
}

const NETWORKS: readonly (readonly [more: object, made: NetConf['newNetwork']])[] = [
  [
    { ipam: { subnet: '192.168.1.0/24', routes: [{ GW: '192.168.1.2' }] } },
    { type: 'L2Bridge', subnets: [{ prefix: '192.168.1.0/24', gateway: '192.168.1.2' }], policies: [] },
  ],
  [
    { type: 'sdnoverlay', ipam: { type: 'host-local', subnet: '10.244.3.0/24' } },
    { type: 'Overlay', subnets: [{ prefix: '10.244.3.0/24', gateway: '10.244.3.1' }], policies: [] },
  ],
  [
    { type: 'nat', ipam: {} },
    { type: 'NAT', subnets: [], policies: [] },
  ],
  [{ ipam: {} }, undefined],
  [flags('enableDualStack'), undefined],
];
for (const [more, made] of NETWORKS) {
  dialect(`makes ${JSON.stringify(made)} of ${JSON.stringify(more)}`, () => {
    assert.equal(sdn(more).newNetwork, made);
  });
}

dialect("puts the pod's namespace before the first configured suffix, and leaves the runtime's list as it is", () => {
  const context = { ...CONTEXT, args: { ...NO_ARGUMENTS, podNamespace: 'prod' } };
  const dns = { search: ['svc.cluster.local', 'cluster.local'] };
  assert.equal(confOf('sdn', { dns }, context).dns.search, ['prod.svc.cluster.local', 'cluster.local']);
  const runtimeConfig = { dns: { searches: ['svc.cluster.local', 'cluster.local'] } };
  assert.equal(confOf('sdn', { dns, runtimeConfig }, context).dns.search, dns.search);
  assert.equal(sdn({ dns }).dns.search, dns.search);
});
dialect('says in the log that additionalRoutes are not used, unless a flag says so', () => {
  const additionalRoutes = [{ dst: '0.0.0.0/0', gw: '10.244.3.9' }];
  assert.equal(sdn({ additionalRoutes }).notes, ['additionalRoutes: not used without gatewayFromAdditionalRoutes']);
  assert.equal(sdn({ additionalRoutes, ...flags('gatewayFromAdditionalRoutes') }).notes, []);
});
dialect('reads its flags in any case, and refuses one that it does not know', () => {
  const conf = sdn({ OptionalFlags: { LocalRoutedPortMapping: true, loopbackdsr: true, allowAclPortMapping: true } });
  assert.equal([conf.localRoutedPorts, conf.loopbackDsr, conf.allowsMappedPorts], [true, true, true]);
  const error = throwsCni(() => sdn(flags('localRoutePortMapping')), Code.InvalidConfig);
  assert.match(
    error.message,
    /^Cannot use optionalFlags\.localRoutePortMapping: it is true, expected one of localRouted/,
  );
});
dialect('takes whatever HNS has under the name, with two families only its own type', () => {
  assert.is(sdn().profiles[0]?.networkTypes.includes('NAT'), true);
  assert.equal(sdn(flags('enableDualStack')).profiles[0]?.networkTypes, ['L2Bridge']);
});
for (const key of ['policies', 'ipMasqNetwork', 'endpointMacPrefix', 'delegate']) {
  dialect(`refuses ${key}, which it would not read`, () => {
    throwsCni(() => sdn({ [key]: 'x' }), Code.InvalidConfig, new RegExp(`^Cannot use ${key}: `));
  });
}

dialect.run();
