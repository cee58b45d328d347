/** How a type of plugin wants to be configured: all that the suite knows of a plugin beyond the specification. */
import type { Json } from './json.ts';
import { NETWORKS, type NetworkName } from './node.ts';

export interface ConfRequest {
  readonly cniVersion: string;
  readonly network: NetworkName;
  /** As the plugin has to be told of it. */
  readonly dataDir: string;
  /** Further keys of the `ipam` section. */
  readonly ipam: Json;
}

export interface Dialect {
  /** The plugin's `type`, which its executable is named after. */
  readonly type: string;
  /** A configuration whose addresses are host-local's, with its folder. */
  readonly conf: (request: ConfRequest) => Json;
  /** Keys for an outbound NAT policy on the endpoint, and the policy's type as HNS names it. */
  readonly policy: { readonly conf: Json; readonly type: string };
}

const winBridge: Dialect = {
  type: 'win-bridge',
  conf: ({ cniVersion, network, dataDir, ipam }) => ({
    cniVersion,
    name: network,
    type: 'win-bridge',
    apiVersion: 2,
    ipam: { type: 'host-local', dataDir, subnet: NETWORKS[network].subnet, ...ipam },
  }),
  policy: {
    conf: {
      policies: [
        { name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'] } } },
      ],
    },
    type: 'OutBoundNAT',
  },
};

const DIALECTS: readonly Dialect[] = [winBridge];

/** The dialect of a type; throws an Error that names those there are. */
export function dialectOf(type: string): Dialect {
  const found = DIALECTS.find((dialect) => dialect.type === type);
  if (found !== undefined) return found;
  throw new Error(
    `Cannot configure a plugin of type "${type}", expected ${DIALECTS.map((one) => one.type).join(', ')}`,
  );
}
