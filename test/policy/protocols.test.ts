/** Protocols by name and number, alone and in lists. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasPorts, mappedProtocol, protocol, protocolList } from '../../src/policy/protocols.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const protocols = suite('protocols');

const ONE: readonly (readonly [written: unknown, number: number])[] = [
  ['tcp', 6],
  ['TCP', 6],
  ['6', 6],
  [6, 6],
  ['Udp', 17],
  ['icmp', 1],
  ['ICMPv4', 1],
  ['icmpv6', 58],
  ['igmp', 2],
  ['sctp', 132],
  ['256', 256],
  [0, 0],
];
for (const [written, number] of ONE) {
  protocols(`protocol() reads ${JSON.stringify(written)} as ${number}`, () => {
    assert.is(protocol(written, 'x'), number);
  });
}
for (const written of ['', 'any', 'constructor', '6.0', '257', 257, -1, 1.5, true, [6], null, undefined]) {
  protocols(`protocol() refuses ${JSON.stringify(written)}`, () => {
    throwsCni(() => protocol(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*expected a protocol/);
  });
}

for (const written of ['tcp', 'UDP', '17', 6]) {
  protocols(`mappedProtocol() reads ${JSON.stringify(written)}`, () => {
    assert.ok([6, 17].includes(mappedProtocol(written, 'x')));
  });
}
for (const written of ['sctp', 'icmpv4', '1', 132, 256, '', undefined, { toString: null }]) {
  protocols(`mappedProtocol() refuses ${JSON.stringify(written)}`, () => {
    throwsCni(() => mappedProtocol(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*expected "tcp" or "udp"/);
  });
}

const LISTS: readonly (readonly [written: unknown, list: string])[] = [
  ['', ''],
  ['6', '6'],
  [6, '6'],
  ['6,17', '6,17'],
  [' tcp , UDP', '6,17'],
  ['256', '256'],
];
for (const [written, list] of LISTS) {
  protocols(`protocolList() reads ${JSON.stringify(written)} as "${list}"`, () => {
    assert.is(protocolList(written, 'x'), list);
  });
}
for (const written of ['6,', 'any', '6;17', '300', ['6'], null]) {
  protocols(`protocolList() refuses ${JSON.stringify(written)}`, () => {
    throwsCni(() => protocolList(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*or "256" for any/);
  });
}

protocols('hasPorts() is for TCP, UDP and SCTP', () => {
  assert.equal([1, 2, 6, 17, 58, 132, 256].filter(hasPorts), [6, 17, 132]);
});

protocols.run();
