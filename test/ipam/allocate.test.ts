/** The next address: round robin, against a plain walk over all addresses of small ranges. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capacityOf, isWithin, nextAddress } from '../../src/ipam/allocate.ts';
import type { Range } from '../../src/ipam/config.ts';
import { offset } from '../../src/net/ip.ts';
import { range } from '../support/ipam.ts';
import { cidr, ip } from '../support/net.ts';

const next = suite('nextAddress()');

next('is the first free one after the last given one, wrapping once', () => {
  const kinds = fc.array(fc.constantFrom('free', 'taken', 'never'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(kinds, fc.option(fc.integer({ min: -2, max: 14 }), { nil: undefined }), (states, last) => {
      const start = ip('10.0.0.10');
      const all = states.map((_, index) => offset(start, index));
      const only = (kind: string) => all.filter((_, index) => states[index] === kind);
      const taken = new Set(only('taken').map(({ text }) => text));
      const span: Range = { ...range('10.0.0.0/24'), first: start, last: offset(start, states.length - 1) };
      const answer = nextAddress({
        range: span,
        after: last === undefined ? undefined : offset(start, last),
        isTaken: (one) => taken.has(one.text),
        takenAtMost: taken.size,
        never: only('never'),
      });
      const from = last !== undefined && last >= 0 && last < states.length ? last + 1 : 0;
      const order = [...all.slice(from), ...all.slice(0, from)];
      assert.is(answer?.text, order.find((one) => only('free').includes(one))?.text);
    }),
  );
});
next('finds an address in a range of 2^64 without walking it', () => {
  const subnet = cidr('fd00::/64');
  const span: Range = { subnet, first: ip('fd00::1'), last: ip('fd00::ffff:ffff:ffff:ffff'), gateway: undefined };
  const ask = (after: string, isTaken: (text: string) => boolean) =>
    nextAddress({
      range: span,
      after: ip(after),
      isTaken: ({ text }) => isTaken(text),
      takenAtMost: 2,
      never: [ip('fd00::1')],
    });
  assert.is(ask('fd00::ffff:ffff:ffff:ffff', (text) => text === 'fd00::2')?.text, 'fd00::3');
  assert.is(
    ask('fd00::5', () => true),
    undefined,
  );
});
next('starts anew where the last address is of another family or range', () => {
  const span = range('10.244.3.0/24', '10.244.3.10');
  for (const after of ['fd00::9', '10.244.4.9', '10.244.3.9']) {
    const answer = nextAddress({ range: span, after: ip(after), isTaken: () => false, takenAtMost: 0, never: [] });
    assert.is(answer?.text, '10.244.3.10', after);
  }
});
next.run();

const capacity = suite('capacityOf()');

capacity('counts what can be given: each reserved address once, others not', () => {
  const reserved = ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.2', '10.244.3.255', 'fd00::1'].map(ip);
  assert.is(capacityOf(range('10.244.3.0/24'), reserved), 252n);
  assert.is(capacityOf(range('10.244.3.0/24', '10.244.3.10', '10.244.3.12'), reserved), 3n);
});
capacity('isWithin() is from the first to the last', () => {
  const span = range('10.244.3.0/24', '10.244.3.10', '10.244.3.12');
  const inside = ['10.244.3.9', '10.244.3.10', '10.244.3.12', '10.244.3.13', 'fd00::a'].map((text) =>
    isWithin(span, ip(text)),
  );
  assert.equal(inside, [false, true, true, false, false]);
});
capacity.run();
