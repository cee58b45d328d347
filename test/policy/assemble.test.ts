/** All policies of an endpoint: the order of each peer, as recorded, and what is added and refused. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ruleOf } from '../../src/policy/acl.ts';
import { openDirections } from '../../src/policy/acl-default.ts';
import { endpointPolicies, type PolicyNeeds } from '../../src/policy/assemble.ts';
import { policies as decodePolicies } from '../../src/policy/endpoint-policies.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import type { PortMapping } from '../../src/policy/port-mappings.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { acl as aclSettings, address, anyPolicy, block } from './arbitraries.ts';

const nat = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'OutBoundNAT', Settings });
const except = (...Exceptions: readonly string[]): EndpointPolicy => nat({ Exceptions });
const loop = (ip: string): EndpointPolicy => nat({ Destinations: [ip] });
const route = (DestinationPrefix: string): EndpointPolicy => ({
  Type: 'SDNRoute',
  Settings: { DestinationPrefix, NeedEncap: true },
});
const provider = (ProviderAddress: string): EndpointPolicy => ({
  Type: 'ProviderAddress',
  Settings: { ProviderAddress },
});
const acl = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'ACL', Settings });
const mapped = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'PortMapping', Settings });
const qos = (bytes: number): EndpointPolicy => ({ Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: bytes } });
const end = (Direction: string): EndpointPolicy => acl({ Action: 'Allow', Direction, Priority: 65_500 });

const WEB: PortMapping = { protocol: 6, hostPort: 8080, containerPort: 80, hostIp: undefined };
const DNS: PortMapping = { protocol: 17, hostPort: 5353, containerPort: 53, hostIp: '10.240.0.30' };
const web = mapped({ Protocol: 6, InternalPort: 80, ExternalPort: 8080 });
const dns = mapped({ Protocol: 17, InternalPort: 53, ExternalPort: 5353, VIP: '10.240.0.30' });
const webAllow = acl({ Protocols: '6', Action: 'Allow', Direction: 'In', LocalPorts: '80', Priority: 1000 });
const dnsAllow = acl({ Protocols: '17', Action: 'Allow', Direction: 'In', LocalPorts: '53', Priority: 1000 });
const METADATA = { Action: 'Block', Direction: 'Out', RemoteAddresses: '169.254.169.254/32' };

const made = (needs: PolicyNeeds): readonly EndpointPolicy[] => endpointPolicies(needs).policies;

const all = suite('endpointPolicies()');

/** Needs of recorded configurations of the peers, and the policies they sent; where they sent two OutBoundNAT it is one here. */
const PEERS: readonly (readonly [recording: string, needs: PolicyNeeds, made: readonly EndpointPolicy[]])[] = [
  [
    'win-bridge-v2-flannel-policies',
    {
      policies: [except('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12'), route('10.240.0.30/32')],
      loopback: ['10.244.3.10'],
    },
    [except('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12'), route('10.240.0.30/32'), loop('10.244.3.10')],
  ],
  [
    'win-bridge-v2-ipmasqnetwork',
    { policies: [except('10.96.0.0/12')], exceptions: ['10.244.0.0/16'] },
    [except('10.96.0.0/12', '10.244.0.0/16')],
  ],
  ['win-bridge-v2-loopbackdsr', { policies: [loop('10.244.3.11')], loopback: ['10.244.3.11'] }, [loop('10.244.3.11')]],
  [
    'win-bridge-v1-policies, without its ACL',
    {
      policies: [except('10.96.0.0/12', '10.240.0.0/16'), route('10.96.0.0/12')],
      exceptions: ['10.244.0.0/16'],
      portMappings: [WEB],
      loopback: ['10.244.3.10'],
    },
    [except('10.96.0.0/12', '10.240.0.0/16', '10.244.0.0/16'), route('10.96.0.0/12'), web, loop('10.244.3.10')],
  ],
  [
    'win-overlay-v2-ipmasq',
    {
      order: 'win-overlay v2',
      policies: [],
      exceptions: ['10.244.3.0/24'],
      providerAddress: '10.240.0.30',
      loopback: ['10.244.3.10'],
    },
    [loop('10.244.3.10'), provider('10.240.0.30'), except('10.244.3.0/24')],
  ],
  [
    'win-overlay-v1-ipmasq',
    {
      order: 'win-overlay v1',
      policies: [],
      exceptions: ['10.244.3.0/24'],
      providerAddress: '10.240.0.30',
      loopback: ['10.244.3.10'],
    },
    [provider('10.240.0.30'), except('10.244.3.0/24'), loop('10.244.3.10')],
  ],
  [
    'win-overlay-v2-policies',
    {
      order: 'win-overlay v2',
      policies: [except('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12'), provider('10.240.0.30')],
      exceptions: ['10.244.3.0/24'],
      providerAddress: '10.240.0.31',
    },
    [except('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12'), provider('10.240.0.30')],
  ],
  ['ms-sdnbridge-portmappings-none', { order: 'sdn', policies: [], portMappings: [WEB, DNS] }, [web, dns]],
  [
    'ms-sdnbridge-portmappings-allowAclPortMapping, and an end',
    { order: 'sdn', policies: [], portMappings: [WEB, DNS], allowAcl: true },
    [web, webAllow, dns, dnsAllow, end('In')],
  ],
  [
    'ms-sdnbridge-policies, and an end',
    {
      order: 'sdn',
      policies: [except('10.244.0.0/16'), route('10.96.0.0/12'), acl({ ...METADATA, Priority: 1998 })],
      loopback: ['10.244.3.1'],
    },
    [
      except('10.244.0.0/16'),
      route('10.96.0.0/12'),
      acl({ ...METADATA, Priority: 1998 }),
      loop('10.244.3.1'),
      end('Out'),
    ],
  ],
];
for (const [recording, needs, policies] of PEERS) {
  all(`endpointPolicies() has the order of ${recording}`, () => {
    assert.equal(made(needs), policies);
  });
}

all('endpointPolicies() puts the mappings of sdnbridge first and those of win-bridge behind the policies', () => {
  const needs = { policies: [route('10.96.0.0/12')], portMappings: [WEB] };
  assert.equal(made({ ...needs, order: 'sdn' }), [web, route('10.96.0.0/12')]);
  assert.equal(made({ ...needs, order: 'win-bridge' }), [route('10.96.0.0/12'), web]);
});
all('endpointPolicies() of everything at once', () => {
  const { policies, notes } = endpointPolicies({
    policies: [except('10.96.0.0/12'), acl({ ...METADATA, RemoteAddresses: '169.254.169.254/16', Priority: 200 })],
    exceptions: ['10.244.0.0/16', 'fd00:10:244::/64'],
    portMappings: [WEB, DNS],
    localRouted: true,
    bandwidth: { egressRate: 8_000_000 },
    loopback: ['10.244.3.10', 'fd00:10:244::10'],
    families: [4, 6],
  });
  const { Settings } = web;
  assert.equal(policies, [
    except('10.96.0.0/12', '10.244.0.0/16'),
    acl({ ...METADATA, RemoteAddresses: '169.254.0.0/16', Priority: 200 }),
    except('fd00:10:244::/64'),
    mapped({ ...Settings, Flags: 1 }),
    mapped({ ...Settings, Flags: 3 }),
    webAllow,
    mapped({ ...dns.Settings, Flags: 1 }),
    dnsAllow,
    loop('10.244.3.10'),
    loop('fd00:10:244::10'),
    qos(1_000_000),
    end('In'),
    end('Out'),
  ]);
  assert.is(notes.length, 3);
  assert.match(notes[0] ?? '', /^ACL Out, priority 200: .* has host bits/);
  assert.match(notes[1] ?? '', /^ACL In, priority 65500: an allow-all is added/);
  assert.match(notes[2] ?? '', /^ACL Out, priority 65500: an allow-all is added/);
});

all('endpointPolicies() adds no end when the default is deny', () => {
  const rule = acl({ ...METADATA, Priority: 200 });
  assert.equal(endpointPolicies({ policies: [rule], aclDefault: 'deny' }), { policies: [rule], notes: [] });
  assert.equal(made({ policies: [rule], aclDefault: 'allow' }), [rule, end('Out')]);
});
all('endpointPolicies() makes room for the end', () => {
  const needs = { policies: [acl({ ...METADATA, Priority: 65_500 })] };
  assert.equal(made(needs), [acl({ ...METADATA, Priority: 65_499 }), end('Out')]);
  assert.equal(made({ ...needs, aclDefault: 'deny' }), needs.policies);
});
all('endpointPolicies() lets the mappings in behind rules of the user', () => {
  const block = { Action: 'Block', Direction: 'In', RemoteAddresses: '10.9.0.0/16' };
  const user = [acl({ ...block, Priority: 1000 }), acl({ ...block, RemoteAddresses: '10.8.0.0/16', Priority: 1000 })];
  const policies = made({ policies: user, portMappings: [WEB], aclDefault: 'deny' });
  assert.equal(
    policies.map((policy) => policy.Settings['Priority']),
    [1000, 1001, undefined, 1002],
  );
});
all('endpointPolicies() opens the mapped port only when something would close it', () => {
  assert.equal(made({ policies: [route('::/0')], portMappings: [WEB] }), [route('::/0'), web]);
  const deny = acl({ Action: 'Block', Direction: 'Out', Priority: 9 });
  assert.equal(made({ policies: [deny], portMappings: [WEB] }), [deny, web, webAllow, end('In')]);
});
all('endpointPolicies() takes the families for IPv4 when they are not known', () => {
  assert.equal(made({ policies: [], portMappings: [WEB], families: [] }), [web]);
  assert.equal(made({ policies: [acl({ ...METADATA, Priority: 1 })], families: [] }).at(-1), end('Out'));
});

all('endpointPolicies() refuses a QOS policy beside a limit of the runtime', () => {
  const needs = { policies: [qos(5)], bandwidth: { egressRate: 8 } };
  const error = throwsCni(() => endpointPolicies(needs), Code.InvalidConfig, /has a QOS policy as well/);
  assert.is(error.details, 'JSON path runtimeConfig.bandwidth');
  assert.equal(made({ ...needs, bandwidth: { egressRate: 0 } }), [qos(5)]);
  assert.equal(made({ ...needs, policies: [] }), [qos(1)]);
});

const anyNeeds: fc.Arbitrary<PolicyNeeds> = fc.record(
  {
    order: fc.constantFrom('win-bridge', 'win-overlay v1', 'win-overlay v2', 'sdn'),
    policies: fc.array(
      anyPolicy.filter(({ Type }) => Type !== 'QOS'),
      { maxLength: 6 },
    ),
    exceptions: fc.array(block(4, 6), { maxLength: 2 }),
    routes: fc.array(block(4, 6), { maxLength: 2 }),
    providerAddress: address(4),
    loopback: fc.uniqueArray(address(4, 6), { maxLength: 2 }),
    portMappings: fc.subarray([WEB, DNS]),
    localRouted: fc.boolean(),
    allowAcl: fc.boolean(),
    bandwidth: fc.constantFrom({ egressRate: 0 }, { egressRate: 80 }),
    families: fc.constantFrom([4] as const, [4, 6] as const),
    aclDefault: fc.constantFrom('allow', 'deny'),
  },
  { requiredKeys: ['policies'], noNullPrototype: true },
);

all('endpointPolicies() closes no direction unless it is told to', () => {
  fc.assert(
    fc.property(anyNeeds, (needs) => {
      fc.pre(needs.aclDefault !== 'deny');
      assert.equal(openDirections(made(needs), needs.families ?? [4]), []);
    }),
  );
});
all('endpointPolicies() adds rules for mappings and ends, and no others', () => {
  fc.assert(
    fc.property(anyNeeds, (needs) => {
      const own = needs.policies.filter(({ Type }) => Type === 'ACL').length;
      const policies = made(needs).filter(({ Type }) => Type === 'ACL');
      const ends = policies.filter(
        (policy) => JSON.stringify(policy) === JSON.stringify(end(ruleOf(policy).direction)),
      );
      const most = own + (needs.portMappings ?? []).length + (needs.aclDefault === 'deny' ? 0 : 2);
      assert.ok(policies.length >= own && policies.length <= most);
      assert.ok(ends.length <= 2);
    }),
  );
});
all('endpointPolicies() has a route through the node for each prefix, beside those of the configuration', () => {
  fc.assert(
    fc.property(anyNeeds, (needs) => {
      const isRoute = ({ Type }: EndpointPolicy): boolean => Type === 'SDNRoute';
      assert.equal(made(needs).filter(isRoute), [
        ...needs.policies.filter(isRoute),
        ...(needs.routes ?? []).map(route),
      ]);
    }),
  );
});
all('endpointPolicies() has all that is asked for', () => {
  fc.assert(
    fc.property(anyNeeds, (needs) => {
      const policies = made(needs);
      const destinations = policies.flatMap(({ Settings }) => [Settings['Destinations']].flat());
      for (const ip of needs.loopback ?? []) assert.ok(destinations.includes(ip), ip);
      for (const type of new Set(needs.policies.map(({ Type }) => Type))) {
        assert.ok(
          policies.some(({ Type }) => Type === type),
          type,
        );
      }
      if (needs.providerAddress !== undefined) assert.ok(policies.some(({ Type }) => Type === 'ProviderAddress'));
      const ports = policies.filter(
        ({ Type, Settings }) => Type === 'PortMapping' && Settings['ExternalPort'] === 8080,
      );
      if ((needs.portMappings ?? []).includes(WEB)) assert.ok(ports.length > 0);
    }),
  );
});
all('endpointPolicies() of its own answer changes nothing', () => {
  fc.assert(
    fc.property(anyNeeds, (needs) => {
      const rest = { families: needs.families, loopback: needs.loopback, aclDefault: needs.aclDefault };
      const once = made({ ...rest, policies: needs.policies, exceptions: needs.exceptions });
      assert.equal(endpointPolicies({ ...rest, policies: once }).policies, once);
    }),
  );
});
all('endpointPolicies() makes nothing that reading it would refuse', () => {
  const rules = fc.array(
    aclSettings({ actions: ['Allow'] }).map((Settings) => acl(Settings)),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(anyNeeds, rules, (needs, acls) => {
      const policies = [...needs.policies.filter(({ Type }) => Type === 'PortMapping'), ...acls];
      const once = made({ ...needs, policies });
      const read = decodePolicies(
        once.map((value) => ({ name: 'EndpointPolicy', value })),
        'policies',
      );
      assert.equal(read, once);
    }),
  );
});

all.run();
