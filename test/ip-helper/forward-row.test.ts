/** Rows of the route table as bytes; whether they are those of the Windows headers is the probe's to say. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeRouteRow, encodeRoute, encodeRouteRow, FORWARD_ROW_SIZE } from '../../src/ip-helper/forward-row.ts';
import { Protocol } from '../../src/ip-helper/ip-helper.ts';
import { cidr, ip } from '../support/net.ts';
import { routeRow } from './rows.ts';

const test = suite('MIB_IPFORWARD_ROW2');

test('a row comes back as it went, from anywhere in a table', () => {
  fc.assert(
    fc.property(routeRow, routeRow, (first, second) => {
      const table = Buffer.concat([encodeRouteRow(first), encodeRouteRow(second)]);
      assert.equal([decodeRouteRow(table), decodeRouteRow(table, FORWARD_ROW_SIZE)], [first, second]);
    }),
  );
});
test('a route to be made has what InitializeIpForwardEntry gives, and no site prefix', () => {
  const route = {
    luid: 0x0006_0000_0800_0000n,
    destination: cidr('10.244.4.0/24'),
    nextHop: ip('10.240.0.31'),
    metric: 256,
    protocol: Protocol.NetMgmt,
  };
  const rest = '00'.repeat(20);
  const hex = [
    ...['0000000800000600', '00000000'], // LUID, index
    ...['02000000', '0af40400', rest, '18000000'], // destination, length
    ...['02000000', '0af0001f', rest, '00000000'], // next hop, site prefix length
    ...['ffffffff', 'ffffffff', '00010000', '03000000'], // lifetimes, metric, protocol
    ...['01010101', '00000000', '00000000'], // flags, age, origin
  ];
  assert.is(encodeRoute(route).toString('hex'), hex.join(''));
});
test('a next hop that is not set means on link; a destination that is not set is no route', () => {
  const bytes = encodeRoute({
    ...{ luid: 1n, destination: cidr('fd00::/64'), nextHop: ip('fd00::1'), metric: 0, protocol: 2 },
  });
  bytes.fill(0, 44, 72);
  assert.equal(decodeRouteRow(bytes).nextHop, ip('::'));
  bytes.fill(0, 12, 40);
  assert.throws(() => decodeRouteRow(bytes), /its family is 0/);
});

test.run();
