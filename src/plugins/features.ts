/** What of a configuration needs a certain version of HNS; it is asked only when there is something. */
import type { NetConf } from '../dialects/net-conf.ts';
import { hnsVersion } from '../hns/v1.ts';
import { type IpamConfig, setsOf } from '../ipam/config.ts';
import type { Family } from '../net/ip.ts';
import { type Feature, featuresNeeded, hasFeature, versionsWith } from '../policy/features.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Deps } from './deps.ts';

interface Need {
  readonly feature: Feature;
  /** The key that asks for it. */
  readonly path: string;
}

/** One call when the configuration needs it, else none. Throws code 7 naming what asks for more than HNS has. */
export async function requireFeatures({ session, conf }: Deps): Promise<void> {
  const needs = needsOf(conf);
  if (needs.length === 0) return;
  const version = await hnsVersion(session);
  const unmet = needs.find(({ feature }) => !hasFeature(version, feature));
  if (unmet === undefined) return;
  const { feature, path } = unmet;
  const what = path.endsWith('loopbackDSR') ? path : `${path}, which asks for ${feature}`;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use ${what}: HNS is version ${version.join('.')}, expected ${versionsWith(feature)}`,
    { details: `JSON path ${path}` },
  );
}

const familiesOf = (ipam: IpamConfig): readonly Family[] =>
  ipam.source === 'static'
    ? ipam.addresses.map(({ address }) => address.ip.family)
    : setsOf(ipam).flatMap((set) => set.map(({ subnet }) => subnet.ip.family));

function needsOf(conf: NetConf): readonly Need[] {
  const hasV6 = familiesOf(conf.ipam).includes(6);
  const ofPolicies = [...conf.policies, ...(conf.newNetwork?.policies ?? [])];
  const isSdn = conf.policyOrder === 'sdn';
  return [
    ...(conf.loopbackDsr
      ? [{ feature: 'direct server return', path: isSdn ? 'optionalFlags.loopbackDSR' : 'loopbackDSR' } as const]
      : []),
    ...(hasV6 ? [{ feature: 'IPv6 dual stack', path: 'ipam' } as const] : []),
    ...featuresNeeded(ofPolicies).map((feature) => ({ feature, path: isSdn ? 'AdditionalArgs' : 'policies' })),
  ];
}
