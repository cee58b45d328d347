/** The gateway that IPAM names for an address, by source. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Supply } from '../../src/ipam/config.ts';
import { ipamGateway } from '../../src/ipam/gateway.ts';
import { range } from '../support/ipam.ts';
import { cidr, ip } from '../support/net.ts';

const gateway = suite('ipamGateway()');

const hostLocal: Supply = {
  source: 'host-local',
  sets: [
    [range('10.1.0.0/24'), { ...range('10.2.0.0/24', '10.2.0.10', '10.2.0.19'), gateway: ip('10.9.0.1') }],
    [range('fd00::/64')],
  ],
  wanted: [],
  quarantineMs: 0,
};
const fixed: Supply = {
  source: 'static',
  addresses: [
    { address: cidr('10.1.0.7/24'), gateway: ip('10.1.0.1') },
    { address: cidr('fd00::7/64'), gateway: undefined },
  ],
};

const CASES: readonly (readonly [supply: Supply, address: string, wanted: string | undefined])[] = [
  [hostLocal, '10.1.0.7/24', '10.1.0.1'],
  [hostLocal, '10.2.0.10/24', '10.9.0.1'],
  [hostLocal, '10.2.0.9/24', undefined],
  [hostLocal, 'fd00::7/64', 'fd00::1'],
  [fixed, '10.1.0.7/24', '10.1.0.1'],
  [fixed, 'fd00::7/64', undefined],
  [fixed, '10.1.0.8/24', undefined],
  [{ source: 'hns' }, '10.1.0.7/24', undefined],
  [{ source: 'plugin' }, '10.1.0.7/24', undefined],
];
for (const [supply, address, wanted] of CASES) {
  gateway(`of ${address} by ${supply.source} is ${wanted ?? 'none'}`, () => {
    assert.is(ipamGateway(supply, cidr(address))?.text, wanted);
  });
}

gateway.run();
