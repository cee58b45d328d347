/** Policies of endpoints and networks as documents bring and change them; what each must hold is policy-settings.ts. */
import { Code, refuse } from './errors.ts';
import { type Doc, doc, docs, oneOf, text } from './json.ts';
import type { Network, Node, Policy } from './node.ts';
import type { Check } from './policy-fields.ts';
import { checkNetworkType } from './policy-limits.ts';
import { ENDPOINT_POLICIES, NETWORK_POLICIES, WITHOUT_SETTINGS } from './policy-settings.ts';

/** The policies of an endpoint document, checked, with the type spelled as the schema does. */
export function endpointPolicies(node: Node, network: Network, settings: Doc): readonly Policy[] {
  const policies = read(node, ENDPOINT_POLICIES, settings);
  checkNetworkType(node, network.type, policies);
  return policies;
}

/** The policies of a network document, likewise. */
export const networkPolicies = (node: Node, settings: Doc): readonly Policy[] => read(node, NETWORK_POLICIES, settings);

function read(node: Node, known: Readonly<Record<string, Check>>, settings: Doc): readonly Policy[] {
  return (docs(settings, 'Policies') ?? []).map((each) => {
    const type = oneOf(Object.keys(known), text(each, 'Type')) ?? refuse(node.switches.unknownPolicyType);
    const body = doc(each, 'Settings');
    if (body === undefined) {
      return WITHOUT_SETTINGS.includes(type) ? { Type: type } : refuse(node.switches.invalidPolicy);
    }
    if (known[type]?.(body, node) !== true) refuse(node.switches.invalidPolicy);
    return { Type: type, Settings: body };
  });
}

/** The policies after a modify request (`Add`, `Remove`, `Update`) named by `request`. */
export function changed(
  node: Node,
  request: string,
  { old, wanted }: { old: readonly Policy[]; wanted: readonly Policy[] },
): readonly Policy[] {
  switch (request) {
    case 'Add':
      return [...old, ...wanted];
    case 'Remove':
      return wanted.reduce(without, old);
    case 'Update':
      return [...(node.switches.updateKeepsOtherPolicies ? old.filter(keptBy(wanted)) : []), ...wanted];
    default:
      return refuse(Code.InvalidParameter);
  }
}

/** An Update replaces the ACLs, and each other type that it names. */
const keptBy =
  (wanted: readonly Policy[]) =>
  ({ Type }: Policy): boolean =>
    Type !== 'ACL' && wanted.every((other) => other.Type !== Type);

function without(policies: readonly Policy[], policy: Policy): readonly Policy[] {
  const wanted = JSON.stringify(policy);
  const index = policies.findIndex((each) => JSON.stringify(each) === wanted);
  return index < 0 ? refuse(Code.PolicyNotFound) : policies.toSpliced(index, 1);
}
