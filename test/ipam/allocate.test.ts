/** The next address: round robin, against a plain walk over all addresses of small ranges. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capacityOf, isWithin, keptIn, nextAddress, rangeFor } from '../../src/ipam/allocate.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { offset } from '../../src/net/ip.ts';
import { range } from '../support/ipam.ts';
import { cidr, ip } from '../support/net.ts';

const next = suite('nextAddress()');

/** Ranges of a set, each with what its addresses are; a gateway is one of its own. */
const kinds = fc.array(fc.array(fc.constantFrom('free', 'taken', 'never', 'gateway'), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 3,
});

next('is the first free one after the last given one, through all ranges, wrapping once', () => {
  fc.assert(
    fc.property(kinds, fc.option(fc.nat(20), { nil: undefined }), (states, last) => {
      const subnets = states.map((_, index) => range(`10.0.${index}.0/24`));
      const walked = states.flatMap((kind, index) =>
        // The second gateway of a range is an address like any other.
        kind.map((state, place) => {
          const isAgain = state === 'gateway' && kind.indexOf('gateway') < place;
          return { ip: offset(ip(`10.0.${index}.10`), place), state: isAgain ? 'free' : state };
        }),
      );
      const only = (wanted: string) => walked.filter(({ state }) => state === wanted).map((one) => one.ip);
      const set = subnets.map((subnet, index): Range => {
        const first = ip(`10.0.${index}.10`);
        const gateway = only('gateway').find((one) => one.text.startsWith(`10.0.${index}.`)) ?? subnet.gateway;
        return { ...subnet, first, last: offset(first, (states[index]?.length ?? 0) - 1), gateway };
      });
      const taken = new Set(only('taken').map(({ text }) => text));
      const after = last === undefined ? undefined : walked[last]?.ip;
      const answer = nextAddress({
        set,
        after,
        isTaken: (one) => taken.has(one.text),
        takenAtMost: taken.size,
        never: only('never'),
      });
      const from = after === undefined ? 0 : (last ?? 0) + 1;
      const order = [...walked.slice(from), ...walked.slice(0, from)];
      const wanted = order.find(({ state }) => state === 'free')?.ip;
      assert.is(answer?.ip.text, wanted?.text);
      assert.is(answer?.range, wanted && rangeFor(set, wanted));
    }),
  );
});
next('finds an address in a range of 2^64 without walking it', () => {
  const subnet = cidr('fd00::/64');
  const span: Range = { subnet, first: ip('fd00::1'), last: ip('fd00::ffff:ffff:ffff:ffff'), gateway: ip('fd00::1') };
  const ask = (after: string, isTaken: (text: string) => boolean) =>
    nextAddress({
      set: [span],
      after: ip(after),
      isTaken: ({ text }) => isTaken(text),
      takenAtMost: 2,
      never: [],
    });
  assert.is(ask('fd00::ffff:ffff:ffff:ffff', (text) => text === 'fd00::2')?.ip.text, 'fd00::3');
  assert.is(
    ask('fd00::5', () => true),
    undefined,
  );
});
next('starts anew where the last address is of another family or set', () => {
  const span = range('10.244.3.0/24', '10.244.3.10');
  for (const after of ['fd00::9', '10.244.4.9', '10.244.3.9']) {
    const answer = nextAddress({ set: [span], after: ip(after), isTaken: () => false, takenAtMost: 0, never: [] });
    assert.is(answer?.ip.text, '10.244.3.10', after);
  }
});
next.run();

const capacity = suite('capacityOf()');

capacity('counts what can be given: gateways and reserved addresses once, others not', () => {
  const reserved = ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.2', '10.244.3.255', 'fd00::1'].map(ip);
  assert.is(capacityOf([range('10.244.3.0/24')], reserved), 252n);
  assert.is(capacityOf([range('10.244.3.0/24')], []), 253n);
  assert.is(capacityOf([range('10.244.3.0/24', '10.244.3.10', '10.244.3.12')], reserved), 3n);
  const two = [range('10.244.3.0/24', '10.244.3.1', '10.244.3.4'), range('10.244.4.0/24', '10.244.4.9', '10.244.4.9')];
  assert.is(capacityOf(two, reserved), 3n);
  assert.equal([...keptIn(two, reserved)], ['10.244.3.1', '10.244.3.2']);
});
capacity("another range's gateway is an address of the set", () => {
  const [one, other] = [range('10.1.0.0/24', '10.1.0.10', '10.1.0.19'), range('10.2.0.0/24', '10.2.0.10', '10.2.0.19')];
  const set = [{ ...one, gateway: ip('10.2.0.10') }, other];
  assert.is(capacityOf(set, []), 20n);
  const answer = nextAddress({ set, after: ip('10.1.0.19'), isTaken: () => false, takenAtMost: 0, never: [] });
  assert.is(answer?.ip.text, '10.2.0.10');
});
capacity('isWithin() is from the first to the last', () => {
  const span = range('10.244.3.0/24', '10.244.3.10', '10.244.3.12');
  const inside = ['10.244.3.9', '10.244.3.10', '10.244.3.12', '10.244.3.13', 'fd00::a'].map((text) =>
    isWithin(span, ip(text)),
  );
  assert.equal(inside, [false, true, true, false, false]);
});
capacity.run();
