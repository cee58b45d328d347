/** What is said of an endpoint that is not as it was asked for. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Endpoint, readEndpoint } from '../../src/hns/wire.ts';
import { type Expected, mismatches } from '../../src/plugins/verify.ts';
import { cidr } from '../support/net.ts';

const NS = '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01';
const endpoint = (change: object = {}): Endpoint =>
  readEndpoint({
    HostComputeNamespace: NS.toUpperCase(),
    IpConfigurations: [{ IpAddress: '10.244.3.3', PrefixLength: 24 }],
    Policies: [{ Type: 'outboundnat' }, { Type: 'L2Driver' }],
    ...change,
  });
const ASKED: Expected = {
  lease: { addresses: [cidr('10.244.3.3/24')] },
  place: { kind: 'namespace', id: NS },
  policyTypes: ['OutBoundNAT'],
};
const addresses = (...all: readonly string[]): object => ({
  IpConfigurations: all.map((IpAddress) => ({ IpAddress })),
});

const verify = suite('mismatches()');

/** What the endpoint is instead, what else is asked, and all that is found. */
const ROWS: readonly (readonly [is: object, asked: Partial<Expected>, found: readonly string[]])[] = [
  [{}, {}, []],
  [{ HostComputeNamespace: null }, {}, [`its namespace is none, expected ${NS}`]],
  [{}, { place: { kind: 'namespace', id: 'x' } }, [`its namespace is ${NS}, expected x`]],
  [{}, { place: { kind: 'container', id: 'c1' } }, ['its containers are none, expected c1']],
  [{ Health: { Extra: { SharedContainers: ['c0', 'c1'] } } }, { place: { kind: 'container', id: 'c1' } }, []],
  [{ State: 5 }, {}, ['it is degraded, expected it attached']],
  [addresses(), {}, ['its addresses are , expected 10.244.3.3']],
  [addresses('10.244.3.4'), {}, ['its addresses are 10.244.3.4, expected 10.244.3.3']],
  [addresses('10.244.3.3', 'fd00::3'), {}, ['its addresses are 10.244.3.3, fd00::3, expected 10.244.3.3']],
  [addresses('fd00::3', '10.244.3.3'), { lease: { addresses: [cidr('10.244.3.3/24'), cidr('fd00::3/64')] } }, []],
  [{ Policies: [] }, {}, ['it has no OutBoundNAT policy, expected one']],
  [{ Policies: [] }, { policyTypes: [] }, []],
];
for (const [is, asked, found] of ROWS) {
  verify(`mismatches() of ${JSON.stringify(is)} are ${JSON.stringify(found)}`, () => {
    assert.equal(mismatches(endpoint(is), { ...ASKED, ...asked }), found);
  });
}
verify('mismatches() takes an address in any spelling for the same', () => {
  const lease = { addresses: [cidr('fd00::3/64')] };
  assert.equal(mismatches(endpoint(addresses('FD00:0:0:0::3')), { ...ASKED, lease }), []);
});

verify.run();
