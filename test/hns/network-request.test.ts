/** networkRequest(): the document of a network, in which what is not stated has no key. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkRequest } from '../../src/hns/network-request.ts';

const request = suite('networkRequest()');
const BARE = { name: 'cbr0', type: 'NAT', subnets: [], policies: [], dns: {} };
const MADE = { Name: 'cbr0', Type: 'NAT', Dns: {}, SchemaVersion: { Major: 2, Minor: 0 } };

request('without subnets, policies and flags has no key for them: HNS would take an empty list for a wish', () => {
  assert.equal(networkRequest(BARE), MADE);
});
request('each subnet leads to its gateway by the default route of its family', () => {
  const subnets = [
    { prefix: '10.244.3.0/24', gateway: '10.244.3.1' },
    { prefix: 'fd00:244:3::/64', gateway: 'fd00:244:3::1' },
  ];
  assert.equal(networkRequest({ ...BARE, subnets }).Ipams, [
    {
      Type: 'Static',
      Subnets: [
        {
          IpAddressPrefix: '10.244.3.0/24',
          Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }],
        },
        {
          IpAddressPrefix: 'fd00:244:3::/64',
          Routes: [{ NextHop: 'fd00:244:3::1', DestinationPrefix: '::/0' }],
        },
      ],
    },
  ]);
});
request('policies stand where they were stated, of the network or of a subnet; flags and DNS are passed on', () => {
  const vsid = [{ Type: 'VSID', Settings: { IsolationId: 4096 } }];
  const adapter = [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } }];
  const subnets = [{ prefix: '10.244.3.0/24', gateway: '10.244.3.1', policies: vsid }];
  const made = networkRequest({ ...BARE, subnets, policies: adapter, dns: { Domain: 'a.local' }, flags: 8 });
  assert.equal([made.Policies, made.Ipams?.[0]?.Subnets[0]?.Policies], [adapter, vsid]);
  assert.equal([made.Flags, made.Dns], [8, { Domain: 'a.local' }]);
});
request.run();
