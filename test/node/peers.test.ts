/** The list of peers: what is read of it, and that a mistake is named with its place. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatCidr } from '../../src/net/cidr.ts';
import { decodePeers } from '../../src/node/peers.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { listed, listOf } from './peer-nodes.ts';

const decode = (text: string): ReturnType<typeof decodePeers> => decodePeers(Buffer.from(text), 'the peers');
const peer = (more: object): string => JSON.stringify({ peers: [{ name: 'a', podCIDRs: [], addresses: [], ...more }] });

const peers = suite('decodePeers()');

peers('reads every key, in any case, with a BOM or as UTF-16', () => {
  const text = listOf(listed(2, { providerAddress: '10.9.9.9', vsid: 4097 }));
  const [found] = decode(text);
  assert.ok(found !== undefined);
  assert.equal([found.name, found.podCidrs.map(formatCidr)], ['node-2', ['10.244.2.0/24', 'fd00:244:2::/64']]);
  assert.equal(
    found.addresses.map((address) => address.text),
    ['10.240.0.32', 'fd00:240::32'],
  );
  assert.equal([found.mac?.digits, found.providerAddress?.text, found.vsid], ['00155d000002', '10.9.9.9', 4097]);
  assert.equal(decode(`\uFEFF${text}`), [found]);
  assert.equal(decode(text.replace('"peers"', '"Peers"').replace('"podCIDRs"', '"PodCidrs"')), [found]);
  assert.equal(decodePeers(Buffer.from(`\uFEFF${text}`, 'utf16le'), 'the peers'), [found]);
  assert.equal(decode('{"peers":[]}'), []);
});

const WRONG: readonly (readonly [what: string, text: string, message: string])[] = [
  ['no list', '{}', 'Cannot use peers: it is absent, expected a JSON array'],
  ['no object', '{"peers":[7]}', 'Cannot use peers[0]: it is 7, expected a JSON object'],
  ['no name', peer({ name: '' }), 'Cannot use peers[0].name: it is "", expected the name of a node'],
  ['no blocks', peer({ podCIDRs: null }), 'Cannot use peers[0].podCIDRs: it is absent, expected a JSON array'],
  [
    'no block',
    peer({ podCIDRs: ['10.1.0.0'] }),
    'Cannot use peers[0].podCIDRs[0]: it is "10.1.0.0", expected a block of addresses such as "10.244.2.0/24"',
  ],
  [
    'host bits',
    peer({ podCIDRs: ['10.1.0.0/24', 'fd00::1/64'] }),
    'Cannot use peers[0].podCIDRs[1]: it is "fd00::1/64", expected a block without host bits: "fd00::/64"',
  ],
  [
    'no address',
    peer({ addresses: ['node'] }),
    'Cannot use peers[0].addresses[0]: it is "node", expected an IP address',
  ],
  ['no MAC', peer({ macAddress: '1' }), 'Cannot use peers[0].macAddress: it is "1", expected a MAC address'],
  [
    'a provider of IPv6',
    peer({ providerAddress: 'fd00::1' }),
    'Cannot use peers[0].providerAddress: it is "fd00::1", expected an IPv4 address',
  ],
  ['a VSID of HNS', peer({ vsid: 7 }), 'Cannot use peers[0].vsid: it is 7, expected an integer in [4096, 16777215]'],
  [
    'a name twice',
    listOf(listed(2), listed(3, { name: 'node-2' })),
    'Cannot use peers[1].name: "node-2" is the name of peers[0], too',
  ],
  [
    'a block twice',
    listOf(listed(2), listed(3, { podCIDRs: ['10.244.2.0/24'] })),
    'Cannot use peers[1].podCIDRs[0]: 10.244.2.0/24 of "node-3" shares addresses with 10.244.2.0/24 of "node-2" (peers[0].podCIDRs[0])',
  ],
  [
    'a block in that of another',
    listOf(listed(2, { podCIDRs: ['10.244.0.0/16'] }), listed(3, { podCIDRs: ['fd00::/64', '10.244.9.0/24'] })),
    'Cannot use peers[1].podCIDRs[1]: 10.244.9.0/24 of "node-3" shares addresses with 10.244.0.0/16 of "node-2" (peers[0].podCIDRs[0])',
  ],
];
for (const [what, text, message] of WRONG) {
  peers(`refuses ${what}`, () => {
    const error = throwsCni(() => decode(text), Code.InvalidConfig);
    assert.is(error.message, message);
    assert.match(error.details ?? '', /^JSON path peers/);
  });
}
peers('says what is no JSON', () => {
  throwsCni(() => decode('{"peers":['), Code.Decode, /^Cannot read the peers: /);
  throwsCni(() => decode('[]'), Code.Decode, /^Cannot read the peers: it is no JSON object$/);
});
peers('finds two blocks that share an address wherever they stand', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(200), { minLength: 2, maxLength: 20 }),
      fc.nat(19),
      fc.integer({ min: 8, max: 32 }),
      (numbers, at, prefix) => {
        const own = numbers.map((n) => `10.${n}.0.0/16`);
        const chosen = numbers[at % numbers.length] ?? 0;
        const inner = prefix < 16 ? '10.0.0.0/8' : `10.${chosen}.0.0/${prefix}`;
        const all = [...own, inner].map((block, n) => ({ name: `n${n}`, podCIDRs: [block], addresses: [] }));
        throwsCni(() => decode(listOf(...all)), Code.InvalidConfig, / shares addresses with /);
        assert.is(decode(listOf(...all.slice(0, -1))).length, own.length);
      },
    ),
  );
});

peers.run();
