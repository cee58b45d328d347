/** Policies of the configuration: read in both spellings, refused by path, merged without losing an exception. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contains, networkOf, parseCidr } from '../../src/net/cidr.ts';
import { policies } from '../../src/policy/endpoint-policies.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { endpointPolicies } from '../../src/policy/merge.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const entry = (value: unknown): unknown => ({ name: 'EndpointPolicy', value });
const read = (value: unknown): EndpointPolicy | undefined => policies([entry(value)], 'policies')[0];

const decode = suite('policies()');

const READ: readonly (readonly [what: string, value: unknown, policy: EndpointPolicy])[] = [
  [
    'OutBoundNAT of v2',
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12', '10.1.2.3'] } },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12', '10.1.2.3'] } },
  ],
  [
    'OutBoundNAT of v1, flat',
    { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12'], VIP: '10.1.2.3' },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'], VirtualIP: '10.1.2.3' } },
  ],
  ['OutBoundNAT of nothing', { Type: 'OutBoundNAT' }, { Type: 'OutBoundNAT', Settings: {} }],
  [
    'OutBoundNAT with destinations',
    { Type: 'OutBoundNAT', Settings: { Destinations: ['10.244.3.3'] } },
    { Type: 'OutBoundNAT', Settings: { Destinations: ['10.244.3.3'] } },
  ],
  [
    'keys and type in any case',
    { type: 'outboundnat', settings: { exceptions: ['10.96.0.0/12'], virtualip: '10.1.2.3' } },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'], VirtualIP: '10.1.2.3' } },
  ],
  [
    'settings it does not know, as they are',
    { Type: 'OutBoundNAT', Settings: { MaxPortPoolUsage: 7, Exceptions: [] } },
    { Type: 'OutBoundNAT', Settings: { MaxPortPoolUsage: 7, Exceptions: [] } },
  ],
  [
    'SDNRoute of v2',
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NextHop: '10.244.3.1', NeedEncap: true } },
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NextHop: '10.244.3.1', NeedEncap: true } },
  ],
  [
    'ROUTE of v1, flat',
    { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: false },
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: false } },
  ],
];
for (const [what, value, policy] of READ) {
  decode(`policies() reads ${what}`, () => {
    assert.equal(read(value), policy);
  });
}
decode('policies() keeps the order', () => {
  const both = policies(
    [entry({ Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12' }), entry({ Type: 'OutBoundNAT' })],
    'policies',
  );
  assert.equal(
    both.map((policy) => policy.Type),
    ['SDNRoute', 'OutBoundNAT'],
  );
  assert.equal(policies([], 'policies'), []);
});

decode('policies() reads the name of an entry in any case, as win-bridge does', () => {
  const value = { Type: 'OutBoundNAT' };
  assert.is(policies([{ name: 'endpointpolicy', value }], 'policies')[0]?.Type, 'OutBoundNAT');
});

const SETTINGS = 'policies[0].value.Settings';
const CIDR = 'expected a CIDR such as "10.96.0.0/12"';
const REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  [{}, 'policies: it is {}, expected a JSON array'],
  [['x'], 'policies[0]: it is "x", expected a JSON object'],
  [[{}], 'policies[0].name: it is absent, expected a string'],
  [[{ name: 'NetworkPolicy' }], 'policies[0].name: it is "NetworkPolicy", expected "EndpointPolicy"'],
  [[entry(undefined)], 'policies[0].value: it is absent, expected a JSON object'],
  [[entry({})], 'policies[0].value.Type: it is absent, expected a string'],
  [
    [entry({ Type: 'ACL', Settings: {} })],
    'policies[0].value.Type: policies of type "ACL" are not supported, expected OutBoundNAT or SDNRoute',
  ],
  [[entry({ Type: 'SDNRoute', Settings: [] })], `${SETTINGS}: it is [], expected a JSON object`],
  [[entry({ Type: 'SDNRoute' })], `${SETTINGS}.DestinationPrefix: it is absent, ${CIDR}`],
  [
    [entry({ Type: 'ROUTE', DestinationPrefix: '10.96.0.0' })],
    `${SETTINGS}.DestinationPrefix: it is "10.96.0.0", ${CIDR}`,
  ],
  [
    [entry({ Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/33' } })],
    `${SETTINGS}.DestinationPrefix: it is "10.96.0.0/33", ${CIDR}`,
  ],
  [
    [entry({ Type: 'SDNRoute', Settings: { DestinationPrefix: '::/0', NextHop: 'x' } })],
    `${SETTINGS}.NextHop: it is "x", expected an IP address`,
  ],
  [
    [entry({ Type: 'SDNRoute', Settings: { DestinationPrefix: '::/0', NeedEncap: 'true' } })],
    `${SETTINGS}.NeedEncap: it is "true", expected true or false`,
  ],
  [
    [entry({ Type: 'OutBoundNAT', Settings: { Exceptions: '10.96.0.0/12' } })],
    `${SETTINGS}.Exceptions: it is "10.96.0.0/12", expected a JSON array`,
  ],
  [
    [entry({ Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12', '10.96.0'] } })],
    `${SETTINGS}.Exceptions[1]: it is "10.96.0", expected a CIDR or an IP address`,
  ],
  [
    [entry({ Type: 'OutBoundNAT', ExceptionList: [5] })],
    `${SETTINGS}.ExceptionList[0]: it is 5, expected a CIDR or an IP address`,
  ],
  [
    [entry({ Type: 'OutBoundNAT', VIP: '10.1.2.3/32' })],
    `${SETTINGS}.VIP: it is "10.1.2.3/32", expected an IP address`,
  ],
  [
    [entry({ Type: 'OutBoundNAT', Settings: { Exceptions: ['10.0.0.0/8'], ExceptionList: ['10.1.0.0/16'] } })],
    `${SETTINGS}.ExceptionList: it says the same as Exceptions, expected one of them`,
  ],
];
for (const [value, message] of REFUSED) {
  decode(`policies() refuses with "${message}"`, () => {
    const error = throwsCni(() => policies(value, 'policies'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

decode('policies() refuses OutBoundNAT entries that would become one and say different things', () => {
  const nat = (more: object): object => ({ name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', Settings: more } });
  const value = [nat({ VirtualIP: '10.0.0.1', Exceptions: ['10.1.0.0/16'] }), nat({ VirtualIP: '10.0.0.2' })];
  const error = throwsCni(() => policies(value, 'policies'), Code.InvalidConfig);
  assert.match(error.message, 'policies[1].value.Settings.VirtualIP');
  const alike = [nat({ VirtualIP: '10.0.0.1' }), nat({ VirtualIP: '10.0.0.1' }), nat({ Destinations: ['10.0.0.9'] })];
  assert.is(policies(alike, 'policies').length, 3);
});

decode.run();

const merged = suite('endpointPolicies()');

const nat = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'OutBoundNAT', Settings });
const route = (DestinationPrefix: string): EndpointPolicy => ({ Type: 'SDNRoute', Settings: { DestinationPrefix } });
const none = { ipMasqNetwork: undefined, loopback: [] };

const MERGED: readonly (readonly [
  what: string,
  needs: Parameters<typeof endpointPolicies>[0],
  made: readonly EndpointPolicy[],
])[] = [
  ['nothing', { ...none, policies: [] }, []],
  ['one, as it is', { ...none, policies: [nat({})] }, [nat({})]],
  [
    'two OutBoundNAT into one, at the place of the first',
    { ...none, policies: [nat({ Exceptions: ['10.0.0.0/8'] }), route('::/0'), nat({ Exceptions: ['172.16.0.0/12'] })] },
    [nat({ Exceptions: ['10.0.0.0/8', '172.16.0.0/12'] }), route('::/0')],
  ],
  [
    'an exception inside a known one away',
    { ...none, policies: [nat({ Exceptions: ['10.0.0.0/8'] }), nat({ Exceptions: ['10.1.0.0/16', '10.0.0.0/8'] })] },
    [nat({ Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'the settings of both, the first one leading',
    { ...none, policies: [nat({ VirtualIP: '10.1.1.1', A: 1 }), nat({ A: 2, B: 3, Exceptions: ['10.0.0.0/8'] })] },
    [nat({ VirtualIP: '10.1.1.1', A: 1, B: 3, Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'ipMasqNetwork into the OutBoundNAT there is',
    { ...none, policies: [nat({ Exceptions: ['10.96.0.0/12'] })], ipMasqNetwork: '10.244.0.0/16' },
    [nat({ Exceptions: ['10.96.0.0/12', '10.244.0.0/16'] })],
  ],
  [
    'ipMasqNetwork into one of its own',
    { ...none, policies: [route('::/0')], ipMasqNetwork: '10.244.0.0/16' },
    [route('::/0'), nat({ Exceptions: ['10.244.0.0/16'] })],
  ],
  [
    'one with destinations apart',
    { ...none, policies: [nat({ Destinations: ['10.1.1.1'] }), nat({ Exceptions: ['10.0.0.0/8'] })] },
    [nat({ Destinations: ['10.1.1.1'] }), nat({ Exceptions: ['10.0.0.0/8'] })],
  ],
  [
    'the loopback of each address after the others',
    { policies: [nat({ Exceptions: ['10.0.0.0/8'] })], ipMasqNetwork: undefined, loopback: ['10.244.3.3', 'fd00::3'] },
    [nat({ Exceptions: ['10.0.0.0/8'] }), nat({ Destinations: ['10.244.3.3'] }), nat({ Destinations: ['fd00::3'] })],
  ],
  [
    'no second loopback of an address',
    { policies: [nat({ Destinations: ['10.244.3.3'] })], ipMasqNetwork: undefined, loopback: ['10.244.3.3'] },
    [nat({ Destinations: ['10.244.3.3'] })],
  ],
];
for (const [what, needs, made] of MERGED) {
  merged(`endpointPolicies() makes ${what}`, () => {
    assert.equal(endpointPolicies(needs), made);
  });
}

const block = fc
  .tuple(fc.constantFrom(10, 172), fc.nat(3), fc.nat(3), fc.constantFrom(8, 16, 24, 32))
  .map(([a, b, c, prefix]) => {
    const cidr = parseCidr(`${a}.${b}.${c}.0/${prefix}`);
    return cidr === undefined ? '' : `${networkOf(cidr).text}/${prefix}`;
  });
const anyPolicy = fc.oneof(
  { weight: 3, arbitrary: fc.array(block, { maxLength: 4 }).map((Exceptions) => nat({ Exceptions })) },
  block.map(route),
  fc.constantFrom('10.244.3.3', '10.244.3.4').map((address) => nat({ Destinations: [address] })),
  fc.constant(nat({})),
);
const needs = fc.record({
  policies: fc.array(anyPolicy, { maxLength: 6 }),
  ipMasqNetwork: fc.option(block, { nil: undefined }),
  loopback: fc.uniqueArray(fc.constantFrom('10.244.3.3', '10.244.3.4', 'fd00::3'), { maxLength: 2 }),
});

const exceptionsOf = (all: readonly EndpointPolicy[]): readonly string[] =>
  all.flatMap((policy) => (policy.Settings['Exceptions'] as readonly string[] | undefined) ?? []);
const isInside = (outer: string, inner: string): boolean => {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  return a !== undefined && b !== undefined && a.prefix <= b.prefix && contains(a, b.ip);
};

merged('endpointPolicies() of its own answer changes nothing', () => {
  fc.assert(
    fc.property(needs, (asked) => {
      const once = endpointPolicies(asked);
      assert.equal(endpointPolicies({ ...asked, policies: once }), once);
    }),
  );
});
merged('endpointPolicies() loses no exception and invents none', () => {
  fc.assert(
    fc.property(needs, (asked) => {
      const masquerade = asked.ipMasqNetwork === undefined ? [] : [asked.ipMasqNetwork];
      const wanted = [...exceptionsOf(asked.policies), ...masquerade];
      const has = exceptionsOf(endpointPolicies(asked));
      for (const exception of wanted)
        assert.ok(
          has.some((one) => isInside(one, exception)),
          exception,
        );
      for (const exception of has) assert.ok(wanted.includes(exception), exception);
    }),
  );
});
merged('endpointPolicies() leaves one OutBoundNAT without destinations, and everything else as it was', () => {
  const isPlain = ({ Type, Settings }: EndpointPolicy): boolean =>
    Type === 'OutBoundNAT' && Settings['Destinations'] === undefined;
  fc.assert(
    fc.property(needs, (asked) => {
      const made = endpointPolicies(asked);
      assert.ok(made.filter(isPlain).length <= 1);
      const others = asked.policies.filter((policy) => !isPlain(policy));
      assert.equal(made.filter((policy) => !isPlain(policy)).slice(0, others.length), others);
      for (const address of asked.loopback) {
        assert.ok(made.some(({ Settings }) => [Settings['Destinations']].flat().includes(address)));
      }
    }),
  );
});

merged.run();
