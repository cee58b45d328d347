/** What of a configuration needs a certain version of HNS; it is asked only when there is something. */
import type { NetConf } from '../dialects/net-conf.ts';
import { hnsVersion } from '../hns/v1.ts';
import { type Feature, hasFeature, rangesOf } from '../policy/features.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Deps } from './deps.ts';

interface Need {
  readonly feature: Feature;
  /** The JSON path that asks for it. */
  readonly path: string;
}

/** One call when the configuration needs it, else none. Throws code 7 naming what asks for more than HNS has. */
export async function requireFeatures({ session, conf }: Deps): Promise<void> {
  const needs = needsOf(conf);
  if (needs.length === 0) return;
  const version = await hnsVersion(session);
  const unmet = needs.find(({ feature }) => !hasFeature(version, feature));
  if (unmet === undefined) return;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use ${unmet.path}: HNS is version ${version.join('.')}, expected ${rangesOf(unmet.feature)}`,
    { details: `JSON path ${unmet.path}` },
  );
}

function needsOf(conf: NetConf): readonly Need[] {
  const hasV6 = conf.ipam.ranges.some(({ subnet }) => subnet.ip.family === 6);
  return [
    ...(conf.loopbackDsr ? [{ feature: 'direct server return', path: 'loopbackDSR' } as const] : []),
    ...(hasV6 ? [{ feature: 'IPv6', path: 'ipam.ranges' } as const] : []),
  ];
}
