/** The delegate's configuration, made of flannel's own and subnet.env as flannel_windows.go makes it. Pure. */
import { type Cidr, networkOf } from '../net/cidr.ts';
import { type Json, member } from '../spec/decode.ts';
import type { FlannelConfig } from './config.ts';
import type { SubnetEnv } from './subnet-env.ts';

/** Keys of ours that a delegate inside this process is given unless it states them itself. */
const OURS = [
  'timeoutSeconds',
  'tombstoneSeconds',
  'logLevel',
  'logFile',
  'repeatedAdd',
  'gateway',
  'aclDefault',
  'serviceCidr',
  'clusterCidr',
];
/** What a runtime wrote for this command alone. */
const OF_RUNTIME = ['runtimeConfig', 'prevResult', 'args', 'cni.dev/valid-attachments', 'cni.dev/attachments'];

/** Plugins that have no key for masquerading and pass over flannel's: their policies say it. */
const OF_MICROSOFT = /^(?:nat|sdnbridge|sdnoverlay|l2bridge|l2tunnel|overlay|transparent)(?:\.exe)?$/i;

/** What a delegate's configuration is made of. */
export interface Making {
  /** flannel's configuration as it came. */
  readonly config: Json;
  readonly flannel: FlannelConfig;
}

export function delegateConfig(making: Making, { networks, subnets, ipMasq }: SubnetEnv): Json {
  const [first, ...more] = networks.map(blockOf);
  const masquerade = { ipMasq, ipMasqNetwork: more.length === 0 ? first : [first, ...more] };
  return {
    ...base(making),
    ...(OF_MICROSOFT.test(making.flannel.delegateType) ? {} : masquerade),
    ipam: { ...ipamOf(subnets), ...furtherOf(making.flannel) },
  };
}

/** For DEL when flanneld's file is gone: what it takes to find the attachment. */
export const bareConfig = (making: Making): Json => ({ ...base(making), ipam: { type: 'host-local' } });

/** The same with what this command's runtime says, for a configuration that was kept since ADD. */
export const withRuntime = (kept: Json, config: Json): Json => ({ ...kept, ...pick(config, OF_RUNTIME) });

/** As flannel's own plugin reads it back: one CIDR, and nothing of the runtime's but its configuration. */
export function scratchOf(conf: Json): Json {
  const masquerade = conf['ipMasqNetwork'];
  const volatile = OF_RUNTIME.slice(1);
  const kept = Object.entries(conf).filter(([key]) => !volatile.includes(key));
  return {
    ...Object.fromEntries(kept),
    ...(Array.isArray(masquerade) ? { ipMasqNetwork: masquerade[0] as unknown } : {}),
  };
}

function base({ config, flannel }: Making): Json {
  const cniVersion = member(config, 'cniVersion');
  return {
    ...pick(config, OURS),
    ...flannel.delegate,
    ...pick(config, OF_RUNTIME),
    type: flannel.delegateType,
    name: member(config, 'name'),
    ...(cniVersion === undefined ? {} : { cniVersion }),
  };
}

const pick = (config: Json, keys: readonly string[]): Json =>
  Object.fromEntries(keys.flatMap((key) => (member(config, key) === undefined ? [] : [[key, member(config, key)]])));

/** One family as flannel writes it; two as host-local wants them. */
function ipamOf(subnets: readonly Cidr[]): Json {
  const [first, second] = subnets.map((cidr) => ({ subnet: blockOf(cidr) }));
  return second === undefined ? { type: 'host-local', ...first } : { type: 'host-local', ranges: [[first], [second]] };
}

const furtherOf = ({ routes, quarantineSeconds }: FlannelConfig): Json => ({
  ...(routes.length === 0 ? {} : { routes }),
  ...(quarantineSeconds === undefined ? {} : { quarantineSeconds }),
});

const blockOf = (cidr: Cidr): string => `${networkOf(cidr).text}/${cidr.prefix}`;
