/** OutBoundNAT entries become one of each family, and no exception is lost on the way. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contains, parseCidr } from '../../src/net/cidr.ts';
import type { Located } from '../../src/policy/decode-policy.ts';
import { type EndpointPolicy, exceptionsOf } from '../../src/policy/endpoint-policy.ts';
import { exceptionPolicies, mergeOutBoundNat, refuseConflicts } from '../../src/policy/merge.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { block } from './arbitraries.ts';

const nat = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'OutBoundNAT', Settings });
const route = (DestinationPrefix: string): EndpointPolicy => ({ Type: 'SDNRoute', Settings: { DestinationPrefix } });

const merge = suite('mergeOutBoundNat()');

const MERGED: readonly (readonly [what: string, all: readonly EndpointPolicy[], made: readonly EndpointPolicy[]])[] = [
  ['nothing', [], []],
  ['one, as it is', [nat({})], [nat({})]],
  [
    'two into one, at the place of the first',
    [nat({ Exceptions: ['10.0.0.0/8'] }), route('::/0'), nat({ Exceptions: ['172.16.0.0/12'] })],
    [nat({ Exceptions: ['10.0.0.0/8', '172.16.0.0/12'] }), route('::/0')],
  ],
  [
    'an exception inside a known one away',
    [nat({ Exceptions: ['10.0.0.0/8'] }), nat({ Exceptions: ['10.1.0.0/16', '10.0.0.0/8', '10.1.2.3'] })],
    [nat({ Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'an exception around a known one on',
    [nat({ Exceptions: ['10.0.0.0/16'] }), nat({ Exceptions: ['10.0.0.0/8'] })],
    [nat({ Exceptions: ['10.0.0.0/16', '10.0.0.0/8'] })],
  ],
  [
    'one without addresses with those of IPv4',
    [nat({ MaxPortPoolUsage: 7 }), nat({ Exceptions: ['fd00::/8'] }), nat({ Exceptions: ['10.0.0.0/8'] })],
    [nat({ MaxPortPoolUsage: 7, Exceptions: ['10.0.0.0/8'] }), nat({ Exceptions: ['fd00::/8'] })],
  ],
  [
    'an address that is not a known block on',
    [nat({ Exceptions: ['10.1.2.3'] }), nat({ Exceptions: ['10.1.2.3', '10.1.2.3/32', '10.0.0.0/8'] })],
    [nat({ Exceptions: ['10.1.2.3', '10.1.2.3/32', '10.0.0.0/8'] })],
  ],
  [
    'the settings of both, the first one leading',
    [nat({ VirtualIP: '10.1.1.1', A: 1 }), nat({ A: 2, B: 3, Exceptions: ['10.0.0.0/8'] })],
    [nat({ VirtualIP: '10.1.1.1', A: 1, B: 3, Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'one with destinations apart',
    [nat({ Destinations: ['10.1.1.1'] }), nat({ Exceptions: ['10.0.0.0/8'] })],
    [nat({ Destinations: ['10.1.1.1'] }), nat({ Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'each family by itself',
    [
      nat({ Exceptions: ['192.168.0.0/24'] }),
      nat({ Exceptions: ['10::/120'], VirtualIP: 'fd00::1' }),
      nat({ Exceptions: ['10.0.0.1/32'] }),
      nat({ Exceptions: ['fd00::5'] }),
    ],
    [
      nat({ Exceptions: ['192.168.0.0/24', '10.0.0.1/32'] }),
      nat({ Exceptions: ['10::/120', 'fd00::5'], VirtualIP: 'fd00::1' }),
    ],
  ],
  [
    'one of both families with those of IPv4',
    [nat({ Exceptions: ['fd00::/8', '10.0.0.0/8'] }), nat({ Exceptions: ['172.16.0.0/12'] })],
    [nat({ Exceptions: ['fd00::/8', '10.0.0.0/8', '172.16.0.0/12'] })],
  ],
];
for (const [what, all, made] of MERGED) {
  merge(`mergeOutBoundNat() makes ${what}`, () => {
    assert.equal(mergeOutBoundNat(all), made);
  });
}

const EXCEPTIONS: readonly (readonly [exceptions: readonly string[], made: readonly EndpointPolicy[]])[] = [
  [[], []],
  [['10.244.0.0/16'], [nat({ Exceptions: ['10.244.0.0/16'] })]],
  [['10.244.0.0/16', '10.244.3.0/24', '10.96.0.0/12'], [nat({ Exceptions: ['10.244.0.0/16', '10.96.0.0/12'] })]],
  [
    ['10.244.0.0/16', 'fd00::/64'],
    [nat({ Exceptions: ['10.244.0.0/16'] }), nat({ Exceptions: ['fd00::/64'] })],
  ],
];
for (const [exceptions, made] of EXCEPTIONS) {
  merge(`exceptionPolicies() of ${exceptions.join() || 'nothing'}`, () => {
    assert.equal(exceptionPolicies(exceptions), made);
  });
}

const located = (all: readonly EndpointPolicy[]): readonly Located[] =>
  all.map((policy, index) => ({ policy, at: `p[${index}]` }));
const CONFLICTS: readonly (readonly [all: readonly EndpointPolicy[], path: string])[] = [
  [[nat({ VirtualIP: '10.0.0.1' }), nat({ VirtualIP: '10.0.0.2' })], 'p[1].VirtualIP'],
  [[nat({}), nat({ Flags: 1 }), route('::/0'), nat({ Flags: 2 })], 'p[3].Flags'],
  [[nat({ A: [1] }), nat({ A: [2] })], 'p[1].A'],
];
for (const [all, path] of CONFLICTS) {
  merge(`refuseConflicts() refuses ${path} of ${JSON.stringify(all)}`, () => {
    const error = throwsCni(
      () => {
        refuseConflicts(located(all));
      },
      Code.InvalidConfig,
      /differs from that of an earlier/,
    );
    assert.is(error.details, `JSON path ${path}`);
  });
}
const ALIKE: readonly (readonly EndpointPolicy[])[] = [
  [nat({ VirtualIP: '10.0.0.1', Exceptions: ['10.0.0.0/8'] }), nat({ VirtualIP: '10.0.0.1', Exceptions: [] })],
  [nat({ VirtualIP: '10.0.0.1' }), nat({ VirtualIP: 'fd00::1' })],
  [nat({ VirtualIP: '10.0.0.1' }), nat({ VirtualIP: '10.0.0.2', Destinations: ['10.0.0.9'] })],
  [nat({ A: [1] }), nat({ A: [1] })],
];
for (const all of ALIKE) {
  merge(`refuseConflicts() takes ${JSON.stringify(all)}`, () => {
    refuseConflicts(located(all));
  });
}

const anyPolicy = fc.oneof(
  { weight: 3, arbitrary: fc.array(block(4, 6), { maxLength: 4 }).map((Exceptions) => nat({ Exceptions })) },
  block(4).map(route),
  fc.constantFrom('10.244.3.3', '10.244.3.4').map((address) => nat({ Destinations: [address] })),
  fc.constant(nat({})),
);
const anyPolicies = fc.array(anyPolicy, { maxLength: 6 });
const isInside = (outer: string, inner: string): boolean => {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  return a !== undefined && b !== undefined && a.prefix <= b.prefix && contains(a, b.ip);
};
const isPlain = ({ Type, Settings }: EndpointPolicy): boolean =>
  Type === 'OutBoundNAT' && Settings['Destinations'] === undefined;

merge('mergeOutBoundNat() of its own answer changes nothing', () => {
  fc.assert(
    fc.property(anyPolicies, (all) => {
      const once = mergeOutBoundNat(all);
      assert.equal(mergeOutBoundNat(once), once);
    }),
  );
});
merge('mergeOutBoundNat() loses no exception and invents none', () => {
  fc.assert(
    fc.property(anyPolicies, (all) => {
      const wanted = all.flatMap(exceptionsOf);
      const has = mergeOutBoundNat(all).flatMap(exceptionsOf);
      for (const exception of wanted)
        assert.ok(
          has.some((one) => isInside(one, exception)),
          exception,
        );
      for (const exception of has) assert.ok(wanted.includes(exception), exception);
    }),
  );
});
merge('mergeOutBoundNat() leaves one of each family, and everything else as it was', () => {
  fc.assert(
    fc.property(anyPolicies, (all) => {
      const made = mergeOutBoundNat(all);
      assert.ok(made.filter(isPlain).length <= 2);
      const others = (policies: readonly EndpointPolicy[]): readonly EndpointPolicy[] =>
        policies.filter((policy) => !isPlain(policy));
      assert.equal(others(made), others(all));
    }),
  );
});

merge.run();
