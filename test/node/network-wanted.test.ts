/** The documents that networks of the node are made by, and the differences of one that is there. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceTo, HOST_ROUTE, requestOf, wantedNetworks } from '../../src/node/network-wanted.ts';
import { decodeNodeConfig } from '../../src/node/node-config.ts';
import { BRIDGE, OVERLAY } from './network-node.ts';

const wanted = suite('networks of the node');

const requests = (config: object): readonly unknown[] =>
  wantedNetworks(decodeNodeConfig({ ...config }), 'Ethernet').map(requestOf);
const SCHEMA = { SchemaVersion: { Major: 2, Minor: 0 } };
const ADAPTER = { Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } };

wanted('an L2Bridge as flanneld makes it, the tiny one before it', () => {
  const subnet = (prefix: string, gateway: string): object => ({
    IpAddressPrefix: prefix,
    Routes: [{ NextHop: gateway, DestinationPrefix: '0.0.0.0/0' }],
  });
  const network = (name: string, only: object): object => ({
    ...{ Name: name, Type: 'L2Bridge', Policies: [ADAPTER], Dns: {} },
    ...{ Ipams: [{ Type: 'Static', Subnets: [only] }], ...SCHEMA },
  });
  assert.equal(requests({ ...BRIDGE, externalNetwork: true }), [
    network('External', subnet('192.168.255.0/30', '192.168.255.1')),
    network('cbr0', subnet('10.244.3.0/24', '10.244.3.1')),
  ]);
});
wanted('an overlay has VSID and flag, its port where it is not the usual one', () => {
  const of = (port: number): unknown => requests({ ...OVERLAY, port })[0];
  const subnet = {
    IpAddressPrefix: '10.244.3.0/24',
    Policies: [{ Type: 'VSID', Settings: { IsolationId: 4097 } }],
    Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }],
  };
  const network = {
    Name: 'vxlan0',
    Type: 'Overlay',
    Dns: {},
    Ipams: [{ Type: 'Static', Subnets: [subnet] }],
    Flags: 8,
  };
  assert.equal(of(4789), { ...network, Policies: [ADAPTER], ...SCHEMA });
  assert.equal(of(4790), {
    ...network,
    Policies: [ADAPTER, { Type: 'VxlanPort', Settings: { Port: 4790 } }],
    ...SCHEMA,
  });
});
wanted('two overlays of a node have two VSIDs', () => {
  const vsids = wantedNetworks(decodeNodeConfig({ ...OVERLAY, vsid: 9999, externalNetwork: 'x' }), 'Ethernet');
  assert.is(new Set(vsids.map(({ vsid }) => vsid)).size, 2);
});
wanted('spelling is no difference, and what HNS leaves out is its default', () => {
  const [overlay] = wantedNetworks(
    decodeNodeConfig({ ...OVERLAY, podCidr: 'fd00:1::/64', vsid: 4096, port: 4789 }),
    'Ethernet',
  );
  assert.ok(overlay !== undefined);
  const network = {
    ...{ id: 'X', name: 'vxlan0', type: 'overlay', providerAddress: undefined },
    subnets: [{ prefix: 'FD00:0001:0::/64', gateway: 'fd00:1:0:0::1' }],
  };
  assert.equal(differenceTo(overlay, { network, policies: [] }, 'Ethernet'), { missing: [HOST_ROUTE], conflicts: [] });
  assert.equal(differenceTo(overlay, { network, policies: [HOST_ROUTE] }, undefined), { missing: [], conflicts: [] });
  const bare = { ...network, subnets: [{ prefix: 'fd00:1::/64', gateway: undefined }] };
  assert.is(differenceTo(overlay, { network: bare, policies: [] }, undefined).conflicts.length, 1);
});
wanted.run();
