/** What is noted of an adapter, as JSON and back, what of it counts as lost, and a record that cannot be read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/disk/node-files.ts';
import { openHostRecord } from '../../src/node/host-record.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  isNothing,
  lossesOf,
  type Snapshot,
  snapshotOf,
} from '../../src/node/host-snapshot.ts';
import { inFolder } from '../support/disk.ts';
import { cidr, ip } from '../support/net.ts';
import { createNetworkNode } from './network-node.ts';

const NOTED: Snapshot = {
  nic: 'Ethernet',
  since: '2026-01-01T00:00:00.000Z',
  addresses: [
    { cidr: cidr('10.240.0.30/24'), manual: true },
    { cidr: cidr('10.240.1.30/24'), manual: false },
  ],
  routes: [{ destination: cidr('0.0.0.0/0'), nextHop: ip('10.240.0.1'), metric: 5, protocol: 3 }],
  dnsServers: [ip('10.0.0.1'), ip('fd00::1')],
  dnsSuffix: 'corp.example',
};

const snapshot = suite('the snapshot of an adapter');

snapshot('is the same after it was written and read', () => {
  assert.equal(decodeSnapshot(JSON.parse(JSON.stringify(encodeSnapshot(NOTED))), ''), NOTED);
});
snapshot('what is not there now is lost; what came since is not', () => {
  const nothing = { addresses: [], routes: [], dnsServers: [], dnsSuffix: '' };
  assert.equal(lossesOf(NOTED, nothing), lossesOf(NOTED, { ...nothing, dnsSuffix: 'other' }));
  const { addresses, routes, dnsServers, dnsSuffix } = NOTED;
  assert.equal(lossesOf(NOTED, nothing), { addresses, routes, dnsServers, dnsSuffix });
  assert.equal(lossesOf(nothing, NOTED), nothing);
  const more = { ...NOTED, dnsServers: [...NOTED.dnsServers, ip('10.0.0.2')] };
  assert.ok(isNothing(lossesOf(NOTED, more)));
  const [route] = NOTED.routes;
  assert.ok(route !== undefined);
  const otherHop = { ...NOTED, routes: [{ ...route, nextHop: ip('10.240.0.2') }] };
  assert.equal(lossesOf(NOTED, otherHop), { ...nothing, routes: NOTED.routes });
});
snapshot('notes what is configured, and nothing that comes by itself', () => {
  const node = createNetworkNode({}, [
    { Alias: 'Ethernet', Addresses: ['10.1.0.4/24'], Gateways: ['10.1.0.1'], Dhcp: true },
  ]);
  const { ipHelper } = node.ports('test');
  const adapter = ipHelper.adapters().find(({ alias }) => alias === 'Ethernet');
  assert.ok(adapter !== undefined);
  const [address] = adapter.addresses;
  assert.ok(address !== undefined);
  const linkLocal = { ...address, cidr: cidr('fe80::1/64'), prefixOrigin: 2 };
  const noted = snapshotOf({ ...adapter, addresses: [address, linkLocal] }, ipHelper.routes(4));
  assert.equal(noted.addresses, [{ cidr: cidr('10.1.0.4/24'), manual: false }]);
  assert.equal(
    noted.routes.map(({ nextHop }) => nextHop.text),
    ['10.1.0.1'],
  );
  node.end();
});
snapshot('the record keeps the first snapshot of a NIC until it is settled', () =>
  inFolder((folder) => {
    const record = openHostRecord(nodeFiles({ windows: false }), folder);
    assert.equal(record.read(), []);
    record.add(NOTED);
    record.add({ ...NOTED, addresses: [] });
    record.add({ ...NOTED, nic: 'Ethernet 2' });
    assert.equal(record.read(), [NOTED, { ...NOTED, nic: 'Ethernet 2' }]);
    record.settle('Ethernet');
    assert.equal(record.read(), [{ ...NOTED, nic: 'Ethernet 2' }]);
    record.settle('Ethernet 2');
    assert.equal([record.read(), nodeFiles({ windows: false }).list(folder)], [[], []]);
  }),
);
snapshot('a record that cannot be read is an error, not an empty one', () =>
  inFolder((folder) => {
    const record = openHostRecord(nodeFiles({ windows: false }), folder);
    for (const text of ['', '{"version":1}', '{"version":2,"adapters":[]}']) {
      writeFileSync(join(folder, 'node-adapters.json'), text);
      assert.throws(record.read, /^Cannot read the adapters' settings in /);
    }
  }),
);
snapshot.run();
