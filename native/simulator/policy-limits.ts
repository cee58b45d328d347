/** Which endpoint policies go with which type of network, and which an endpoint has once; what they say is elsewhere. */
import { isHostRule } from './acls.ts';
import { Code, refuse, refuseBy } from './errors.ts';
import type { NetworkType, Node, Policy } from './node.ts';

/** L2Tunnel takes what L2Bridge takes: it is one whose traffic all goes by the physical host. */
const SWITCHED: readonly NetworkType[] = ['L2Bridge', 'L2Tunnel', 'Overlay'];
const ON_ADAPTER: readonly NetworkType[] = [...SWITCHED, 'Transparent'];

/** The types of network that a policy works on; one that is not here works on all. */
const NETWORKS: Readonly<Record<string, readonly NetworkType[]>> = {
  ACL: SWITCHED,
  EncapOverhead: ['Overlay'],
  InterfaceConstraint: ['Transparent', 'ICS'],
  Iov: ['Transparent'],
  L2Driver: SWITCHED,
  L4Proxy: SWITCHED,
  OutBoundNAT: SWITCHED,
  PortMapping: ['NAT', ...SWITCHED],
  PortName: ON_ADAPTER,
  ProviderAddress: ['Overlay'],
  QOS: ON_ADAPTER,
  SDNRoute: SWITCHED,
  TierAcl: SWITCHED,
  VLAN: ['Transparent', 'L2Bridge', 'L2Tunnel'],
};

/** Nothing is known of the others. */
const KNOWN: readonly NetworkType[] = ['NAT', 'ICS', ...ON_ADAPTER];

/** Policies that an endpoint asks for on a network of that type. */
export function checkNetworkType(node: Node, type: NetworkType, policies: readonly Policy[]): void {
  if (!KNOWN.includes(type)) return;
  for (const policy of policies) {
    if (!isTaken(node, type, policy)) refuseBy(answerTo(node, policy));
  }
}

function isTaken({ switches }: Node, type: NetworkType, { Type, Settings = {} }: Policy): boolean {
  if (Type === 'ACL' && (isHostRule(Settings) || (type === 'NAT' && switches.natTakesAcl))) return true;
  return NETWORKS[Type]?.includes(type) ?? true;
}

const answerTo = ({ switches }: Node, { Type }: Policy): number =>
  Type === 'PortMapping' ? switches.mappingOfOtherNetwork : switches.policyOfOtherNetwork;

/** All the policies of one endpoint together. */
export function checkOnce(policies: readonly Policy[]): void {
  const parameters = policies.filter(({ Type }) => Type === 'InterfaceParameters');
  if (parameters.length > 1) refuse(Code.InterfaceParametersApplied);
}
