/** Load balancers and routes of v1: policies over several endpoints, and the paths under /policylists/. */
import { Code, refuse } from '../errors.ts';
import { canonical, idFor } from '../guid.ts';
import { count, type Doc, docs, oneOf, text, texts } from '../json.ts';
import type { Node, PolicyList } from '../node.ts';
import type { Routes, V1Request } from './route.ts';

export const POLICY_LIST_ROUTES: Routes = {
  'GET /policylists/': ({ node }) => [...node.policyLists.values()].map(policyListView),
  'POST /policylists/': create,
  'GET /policylists/{id}': (request) => policyListView(named(request)),
  'DELETE /policylists/{id}': (request) => {
    const list = named(request);
    request.node.policyLists.delete(list.id);
    return policyListView(list);
  },
};

const named = ({ node, id }: V1Request): PolicyList => node.policyLists.get(id) ?? refuse(Code.NotFound);

function create({ node, body }: V1Request): Doc {
  const document = body();
  const id = idFor(node, node.policyLists, text(document, 'ID'));
  const references = (texts(document, 'References') ?? []).map((each) => endpointAt(node, each));
  if (references.length === 0) refuse(node.switches.emptyPolicyList);
  const policies = docs(document, 'Policies') ?? [];
  for (const policy of policies) check(node, policy);
  const list: PolicyList = { id, policies, references };
  node.policyLists.set(id, list);
  return policyListView(list);
}

/** The endpoint of a reference, `/endpoints/<guid>`. */
function endpointAt(node: Node, reference: string): string {
  const id = canonical(/^\/endpoints\/([^/]+)$/i.exec(reference)?.[1] ?? '');
  return id !== undefined && node.endpoints.has(id) ? id : refuse(Code.InvalidJsonReference);
}

function check(node: Node, policy: Doc): void {
  const type = oneOf(['ELB', 'ROUTE'] as const, text(policy, 'Type')) ?? refuse(node.switches.unknownPolicyType);
  if (type === 'ROUTE') {
    if ((text(policy, 'DestinationPrefix') ?? '') === '') refuse(node.switches.invalidPolicy);
    return;
  }
  if ((count(policy, 'InternalPort') ?? 0) === 0) refuse(Code.InvalidInternalPort);
  const present = [...node.policyLists.values()].flatMap(({ policies }) => policies).flatMap(frontends);
  if (frontends(policy).some((each) => present.includes(each))) refuse(Code.PortExists);
}

/** What no two load balancers may have in common. */
function frontends(policy: Doc): readonly string[] {
  if (oneOf(['ELB'] as const, text(policy, 'Type')) === undefined) return [];
  const port = `${count(policy, 'Protocol') ?? 0}/${count(policy, 'ExternalPort') ?? 0}`;
  return (texts(policy, 'VIPs') ?? ['']).map((vip) => `${vip} ${port}`);
}

/** The list as v1 shows it. */
export const policyListView = ({ id, references, policies }: PolicyList): Doc => ({
  ID: id,
  References: references.map((endpoint) => `/endpoints/${endpoint}`),
  Policies: policies,
});
