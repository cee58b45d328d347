/** The HNS network a configuration names: there, and of a type whose endpoints are made this way. */
import { findNetwork, type OpenNetwork } from '../hns/client.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Deps } from './deps.ts';

/** HNS's own names. */
const NETWORK_TYPES = ['L2Bridge', 'L2Tunnel'];

/** Three calls. Throws code 102 when there is none, 7 when it is of another type. */
export async function requireNetwork({ session, conf }: Deps): Promise<OpenNetwork> {
  const found = await findNetwork(session, conf.name);
  if (found === undefined) {
    throw new CniError(Code.NetworkMissing, `Cannot find the HNS network "${conf.name}": HNS has none of that name`, {
      details: 'JSON path name; list the networks with: Get-HnsNetwork | Select Name, Type',
    });
  }
  const { type } = found.network;
  if (NETWORK_TYPES.some((accepted) => accepted.toLowerCase() === type.toLowerCase())) return found;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use the HNS network "${conf.name}": its type is "${type}", expected ${NETWORK_TYPES.join(' or ')}`,
    { details: 'JSON path name' },
  );
}
