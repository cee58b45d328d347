/** Policies of every type as fast-check makes them: canonical, so that reading one answers it as it is. */
import fc from 'fast-check';
import { networkOf, parseCidr } from '../../src/net/cidr.ts';
import type { Family } from '../../src/net/ip.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';

type Settings = Record<string, unknown>;
type Model = Record<string, fc.Arbitrary<unknown>>;

const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.1', '10.244.3.9', '192.168.7.1', '172.16.0.255'],
  6: ['fd00::1', 'fd00:244::9', '2001:db8::', 'fe80::1'],
};
const PREFIXES: Readonly<Record<Family, readonly number[]>> = { 4: [0, 8, 16, 24, 32], 6: [0, 48, 64, 128] };

export const address = (...families: readonly Family[]): fc.Arbitrary<string> =>
  fc.constantFrom(...families.flatMap((family) => ADDRESSES[family]));

/** A block without host bits. */
export const block = (...families: readonly Family[]): fc.Arbitrary<string> =>
  fc.constantFrom(...families).chain((family) =>
    fc.tuple(address(family), fc.constantFrom(...PREFIXES[family])).map(([ip, prefix]) => {
      const cidr = parseCidr(`${ip}/${prefix}`);
      return cidr === undefined ? '' : `${networkOf(cidr).text}/${prefix}`;
    }),
  );

const either = [4, 6] as const;
const ip = address(...either);
const blockOrIp = fc.oneof(block(...either), ip);
const port = fc.integer({ min: 1, max: 65_535 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const word = fc.constantFrom('a', 'azure-1', 'b c');

/** Each setting is there or not, unless it is required; with it sometimes one that nobody has described. */
const settings = (required: Model, optional: Model = {}): fc.Arbitrary<Settings> => {
  const extra: Model = { SomethingElse: fc.constantFrom<unknown>(1, 'x', [true]) };
  return fc.record(
    { ...required, ...optional, ...extra },
    { requiredKeys: Object.keys(required), noNullPrototype: true },
  );
};

const lists = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(of, { maxLength: 3 }).map((items) => items.join(','));

/** What a rule applies to; ports come with protocols that have them, addresses are of one family. */
const match = (families: readonly Family[]): fc.Arbitrary<Settings> =>
  fc.constantFrom(...families).chain((family) => {
    const addresses = lists(fc.oneof(block(family), address(family), fc.constant('set-1')));
    const ports = lists(
      fc.oneof(
        port.map(String),
        port.map((last) => `1-${last}`),
      ),
    );
    const where = { LocalAddresses: addresses, RemoteAddresses: addresses };
    return fc.oneof(
      fc.record(
        { Protocols: fc.constantFrom('', '1', '256', '6,1'), ...where },
        { requiredKeys: [], noNullPrototype: true },
      ),
      fc.record(
        { Protocols: fc.constantFrom('6', '17', '6,17,132'), ...where, LocalPorts: ports, RemotePorts: ports },
        { requiredKeys: ['Protocols'], noNullPrototype: true },
      ),
    );
  });

interface AclOptions {
  readonly actions?: readonly string[];
  readonly families?: readonly Family[];
}

/** A rule of the switch, or one of the firewall that has no priority. */
export const acl = ({ actions = ['Allow', 'Block'], families = either }: AclOptions = {}): fc.Arbitrary<Settings> =>
  fc
    .tuple(
      match(families),
      fc.record(
        { Action: fc.constantFrom(...actions), Direction: fc.constantFrom('In', 'Out'), Id: word },
        { requiredKeys: ['Action', 'Direction'], noNullPrototype: true },
      ),
      fc.oneof(
        fc.constant({ RuleType: 'Host' }),
        fc.record(
          { RuleType: fc.constant('Switch'), Priority: fc.integer({ min: 1, max: 65_500 }) },
          { requiredKeys: ['Priority'], noNullPrototype: true },
        ),
      ),
    )
    .map(([what, how, where]) => ({ ...what, ...how, ...where }));

const proxyPort = port.map(String);
const exceptions = fc.array(blockOrIp, { maxLength: 3 });

/** Types that both versions have, with the settings that both have. */
const BOTH: Readonly<Record<string, fc.Arbitrary<Settings>>> = {
  PortMapping: settings(
    { Protocol: fc.constantFrom(6, 17), InternalPort: port },
    { ExternalPort: u16, Flags: fc.constantFrom(0, 4) },
  ),
  ACL: acl(),
  QOS: settings({ MaximumOutgoingBandwidthInBytes: fc.maxSafeNat() }),
  L2Driver: settings({}),
  OutBoundNAT: settings({}, { VirtualIP: ip, Exceptions: exceptions, Destinations: exceptions, MaxPortPoolUsage: u16 }),
  SDNRoute: settings({ DestinationPrefix: block(...either) }, { NextHop: ip, NeedEncap: fc.boolean() }),
  L4Proxy: settings(
    {},
    { IP: ip, Port: proxyPort, Exceptions: exceptions, Destination: blockOrIp, OutboundNAT: fc.boolean() },
  ),
  L4WFPPROXY: settings(
    {},
    {
      InboundProxyPort: proxyPort,
      OutboundProxyPort: proxyPort,
      UserSID: word,
      FilterTuple: match(either),
      InboundExceptions: settings({}, { IpAddressExceptions: exceptions, PortExceptions: fc.array(proxyPort) }),
    },
  ),
  ProviderAddress: settings({ ProviderAddress: ip }),
  VLAN: settings({ IsolationId: u32 }),
};

/** Types that HNS v1 does not have. */
const ONLY_V2: Readonly<Record<string, fc.Arbitrary<Settings>>> = {
  PortName: settings({ Name: word }),
  EncapOverhead: settings({ Overhead: u16 }),
  InterfaceConstraint: settings({}, { InterfaceGuid: word, InterfaceIndex: u32, InterfaceAlias: word }),
  InterfaceParameters: settings({ Mtu: u16 }),
  Encryption: settings({}),
  Iov: settings({}, { IovOffloadWeight: u32, QueuePairsRequested: u32, InterruptModeration: u32 }),
  TierAcl: settings(
    {
      Name: word,
      Direction: fc.constantFrom('In', 'Out'),
      TierAclRules: fc.array(
        match(either).map((rule) => ({ ...rule, TierAclRuleAction: 'Pass' })),
        { maxLength: 2 },
      ),
    },
    { Order: u16 },
  ),
};

const policiesOf = (types: Readonly<Record<string, fc.Arbitrary<Settings>>>): fc.Arbitrary<EndpointPolicy> =>
  fc.oneof(...Object.entries(types).map(([Type, model]) => model.map((Settings) => ({ Type, Settings }))));

export const policyOfBoth = policiesOf(BOTH);
export const policyOfV2Only = policiesOf(ONLY_V2);
export const anyPolicy = fc.oneof(policyOfBoth, policyOfV2Only);
export const TYPES = { both: Object.keys(BOTH), onlyV2: Object.keys(ONLY_V2) };
