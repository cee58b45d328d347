/** The result of ADD, as containerd and libcni read it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEndpoint } from '../../src/hns/wire.ts';
import { decodeConf } from '../../src/plugins/conf.ts';
import { resultOf } from '../../src/plugins/result.ts';
import { NO_ARGUMENTS } from '../../src/spec/arguments.ts';
import { cidr } from '../support/net.ts';

const NS = '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01';
const target = {
  containerId: 'a1b2c3',
  ifname: 'net1',
  netns: NS,
  sandbox: `C:\\x\\${NS}`,
  args: NO_ARGUMENTS,
};
const lease = (...addresses: readonly string[]): Parameters<typeof resultOf>[0]['lease'] => ({
  key: 'k',
  containerId: 'a1b2c3',
  ifname: 'net1',
  state: 'pending',
  inFlight: false,
  source: 'host-local',
  ports: [],
  addresses: addresses.map(cidr),
  network: 'cbr0',
  hnsNetworkId: 'N',
  endpointId: 'E',
  endpointName: 'a1b2c3_cbr0_net1',
  netns: NS,
});
const conf = (routes: readonly object[] = []): ReturnType<typeof decodeConf> =>
  decodeConf(
    { name: 'cbr0', type: 'win-bridge', ipam: { type: 'host-local', subnet: '10.244.3.0/24', routes } },
    { dataDir: '/d', logFile: '/l' },
  );

const result = suite('resultOf()');

result('names CNI_IFNAME, points every address at it, and leaves out what there is not', () => {
  const endpoint = readEndpoint({
    MacAddress: '00-15-5D-52-C0-00',
    IpConfigurations: [{ IpAddress: '10.244.3.3', PrefixLength: 24 }],
  });
  const made = resultOf({ lease: lease('10.244.3.3/24'), endpoint, conf: conf() }, target);
  assert.equal(made, {
    interfaces: [{ name: 'net1', mac: '00-15-5D-52-C0-00', sandbox: `C:\\x\\${NS}` }],
    ips: [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }],
  });
});
result('has two families, further routes and the DNS that HNS reports', () => {
  const endpoint = readEndpoint({
    MacAddress: 'M',
    IpConfigurations: [{ IpAddress: '10.244.3.3', PrefixLength: 24 }, { IpAddress: 'fd00::3' }],
    Dns: { Domain: 'a.local', ServerList: ['10.96.0.10'], Search: ['b.local'], Options: ['ndots:5'] },
  });
  const made = resultOf(
    { lease: lease('10.244.3.3/24', 'fd00::3/64'), endpoint, conf: conf([{ dst: '10.1.0.0/16' }]) },
    target,
  );
  assert.equal(made.ips, [
    { address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 },
    { address: 'fd00::3/64', gateway: 'fd00::2', interface: 0 },
  ]);
  assert.equal(made.routes, [{ dst: '10.1.0.0/16', gw: '10.244.3.2' }]);
  assert.equal(made.dns, {
    nameservers: ['10.96.0.10'],
    domain: 'a.local',
    search: ['b.local'],
    options: ['ndots:5'],
  });
});

result.run();
