/** The linked list of adapters, wherever it stands in memory, and pointers that lead out of it. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeAdapters } from '../../native/simulator/host-adapter-list.ts';
import { decodeAdapters } from '../../src/ip-helper/adapter-list.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { adapter } from './rows.ts';

const test = suite('IP_ADAPTER_ADDRESSES');

/** User space of 64-bit Windows. */
const anywhere = fc.bigInt({ min: 1n, max: 1n << 46n }).map((page) => page * 8n);

test('adapters come back as they went, wherever their buffer is and however large', () => {
  fc.assert(
    fc.property(fc.array(adapter, { maxLength: 4 }), anywhere, fc.nat(40), (adapters, address, spare) => {
      const bytes = Buffer.concat([encodeAdapters(adapters, address), Buffer.alloc(spare, 0xee)]);
      if (adapters.length > 0) assert.equal(decodeAdapters({ bytes, address }), adapters);
    }),
  );
});
test('an empty buffer holds no adapter', () => {
  assert.equal(decodeAdapters({ bytes: Buffer.alloc(0), address: 8n }), []);
});
test('a pointer out of the buffer is an error, not a read', () => {
  const [one] = fc.sample(adapter, { numRuns: 1, seed: 1 });
  if (one === undefined) throw new Error('no sample');
  for (const pointer of [8, 16, 24, 48, 56, 72, 208]) {
    const bytes = encodeAdapters([{ ...one, addresses: [], gateways: [], dnsServers: [] }], 0x1000n);
    for (const outside of [0xff8n, 0x1000n + BigInt(bytes.length), (1n << 64n) - 8n]) {
      bytes.writeBigUInt64LE(outside, pointer);
      throwsCni(() => decodeAdapters({ bytes, address: 0x1000n }), Code.Internal, /leaves its buffer/);
    }
  }
});

test.run();
