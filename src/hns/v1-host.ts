/** What only HNS v1 tells and does of the host: the adapter under a network, the node's address on it, endpoints of the host. */
import { isRecord } from '../spec/decode.ts';
import { documentOf } from './answers.ts';
import type { Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';
import { settledV1 } from './v1.ts';
import { textAt } from './wire.ts';

/** A network as the host has it. */
export interface HostNetwork {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The alias of the NIC below its switch; undefined where it has none. */
  readonly adapter: string | undefined;
  /** The node's address on it, which comes some time after the network was made. */
  readonly managementIp: string | undefined;
}

/** All networks of the host. One call. */
export async function hostNetworks(session: Session): Promise<readonly HostNetwork[]> {
  const purpose = { call: 'HNSCall GET /networks/', task: 'list the HNS networks' };
  const answer = await session.run(purpose, (native) => native.hnsCall('GET', '/networks/', ''));
  const outcome = settledV1(answer);
  if (outcome.hr < 0) throw session.failure(purpose, outcome);
  const output = documentOf(session, purpose, answer)['Output'];
  return (Array.isArray(output) ? output.filter(isRecord) : []).map((each) => ({
    id: textAt(each, 'ID').toUpperCase(),
    name: textAt(each, 'Name'),
    type: textAt(each, 'Type', 'NAT'),
    adapter: textAt(each, 'NetworkAdapterName') || undefined,
    managementIp: textAt(each, 'ManagementIP') || undefined,
  }));
}

/** The host's own compartment. */
const COMPARTMENT = 1;

/** Makes an endpoint an adapter of the host; false when it is one already. One call. */
export async function attachToHost(session: Session, { id, name }: Named): Promise<boolean> {
  const purpose: Purpose = { call: 'HNSCall POST /endpoints/', task: `attach endpoint "${name}" to the host` };
  const body = JSON.stringify({ SystemType: 'Host', CompartmentId: COMPARTMENT });
  const path = `/endpoints/${id}/attach`;
  const outcome = settledV1(await session.run(purpose, (native) => native.hnsCall('POST', path, body)));
  if (outcome.hr >= 0) return true;
  if (statusOf(outcome.hr).outcome === 'exists') return false;
  throw session.failure(purpose, outcome);
}

interface Named {
  readonly id: string;
  readonly name: string;
}
