/** Names and ids of an attachment; a change of any of these loses what an earlier version left on a node. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endpointId, endpointName, holderOf } from '../../src/plugins/attachment.ts';
import { isNameBased } from '../../src/spec/uuid.ts';
import { NETWORK_ID } from '../support/node.ts';

const attachment = suite('attachment');

const NAMES: readonly (readonly [containerId: string, ifname: string, network: string, name: string])[] = [
  ['a1b2c3', 'eth0', 'cbr0', 'a1b2c3_cbr0'],
  ['a1b2c3', 'eth1', 'cbr0', 'a1b2c3_cbr0_eth1'],
  ['a1b2c3', 'ETH0', 'cbr0', 'a1b2c3_cbr0_ETH0'],
  ['a', 'eth1', 'n', 'a_n_eth1'],
  ['a', 'eth0', 'n_eth1', 'a_n_eth1'],
];
for (const [containerId, ifname, network, name] of NAMES) {
  attachment(`endpointName() of ${ifname} of ${containerId} on ${network} is ${name}`, () => {
    assert.is(endpointName({ containerId, ifname }, network), name);
  });
}
attachment('endpointId() and the key of holderOf() stay what they are', () => {
  const pod = { containerId: 'a1b2c3', ifname: 'eth0' };
  assert.is(endpointId(pod, NETWORK_ID), '2316F1BA-3315-57DB-AAC9-AC7767B653C3');
  assert.equal(holderOf(pod, 'cbr0'), { ...pod, key: '215F6625-885B-55BF-9048-D45A0FCFF75C' });
});
attachment('endpointId() takes the network’s id in any case', () => {
  const pod = { containerId: 'a', ifname: 'eth0' };
  assert.is(endpointId(pod, NETWORK_ID.toLowerCase()), endpointId(pod, NETWORK_ID));
});
attachment('two attachments never have one id, whatever their names have in common', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,6}$/);
  const one = fc.tuple(word, word, word);
  fc.assert(
    fc.property(one, one, (a, b) => {
      const isSame = a.join('\0') === b.join('\0');
      const ids = [a, b].map(([containerId, ifname, network]) => endpointId({ containerId, ifname }, network));
      const keys = [a, b].map(([containerId, ifname, network]) => holderOf({ containerId, ifname }, network).key);
      assert.is(ids[0] === ids[1], isSame);
      assert.is(keys[0] === keys[1], isSame);
      assert.ok([...ids, ...keys].every(isNameBased));
    }),
  );
});

attachment.run();
