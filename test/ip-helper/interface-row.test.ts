/** Rows of IP settings: what is read, and that what is not changed goes back as it came. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  changedInterface,
  decodeInterfaceRow,
  INTERFACE_ROW_SIZE,
  interfaceQuery,
} from '../../src/ip-helper/interface-row.ts';
import { family } from '../support/net.ts';

const test = suite('MIB_IPINTERFACE_ROW');

const u32 = fc.nat(0xffff_ffff);
const change = fc.record(
  {
    forwarding: fc.boolean(),
    weakHostSend: fc.boolean(),
    weakHostReceive: fc.boolean(),
    automaticMetric: fc.boolean(),
    metric: u32,
    mtu: u32,
  },
  { requiredKeys: [] },
);
const noise = fc.uint8Array({ minLength: INTERFACE_ROW_SIZE, maxLength: INTERFACE_ROW_SIZE });
/** SitePrefixLength. */
const SITE = [144, 148] as const;

test('a change is in the row, and nothing else is other than it was', () => {
  fc.assert(
    fc.property(noise, family, change, (bytes, f, wanted) => {
      const row = Buffer.from(bytes);
      interfaceQuery({ luid: 9n, family: f }).copy(row, 0, 0, 16);
      const before = Buffer.from(row);
      const after = changedInterface(row, wanted);
      assert.equal(row, before, 'the row that was read is left alone');
      assert.equal(decodeInterfaceRow(after), { ...decodeInterfaceRow(before), ...wanted });
      const reverted = changedInterface(after, pick(decodeInterfaceRow(before), wanted));
      before.copy(reverted, SITE[0], ...SITE);
      const same = [...reverted].every((byte, at) => byte === before[at] || (byte === 1 && (before[at] ?? 0) > 1));
      assert.ok(same);
      if (f === 4) assert.is(after.readUInt32LE(SITE[0]), 0);
      else assert.is(after.readUInt32LE(SITE[0]), before.readUInt32LE(SITE[0]));
    }),
  );
});

/** The members of `row` that `like` has. */
const pick = <T extends object>(row: T, like: Partial<T>): Partial<T> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name in like)) as Partial<T>;

test('a query names the interface and the family, and is empty otherwise', () => {
  const query = interfaceQuery({ luid: 0x0006_0000_0800_0000n, family: 6 });
  assert.is(query.toString('hex'), `17000000000000000000000800000600${'00'.repeat(152)}`);
});
test('a row of no family is none', () => {
  assert.throws(() => decodeInterfaceRow(Buffer.alloc(INTERFACE_ROW_SIZE)), /its family is 0/);
});

test.run();
