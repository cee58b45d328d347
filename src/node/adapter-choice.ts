/** Which adapter of the host a network comes onto: the candidates, and the one that a rule of the configuration means. Pure. */
import { type Adapter, IfType, type RouteRow } from '../ip-helper/ip-helper.ts';
import { formatCidr } from '../net/cidr.ts';
import { sameIp } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import type { AdapterRule } from './node-config.ts';

/** A NIC that networks can come onto. */
export interface Candidate {
  /** Its alias, which HNS knows it by also while a switch is on it. */
  readonly nic: string;
  /** What has its addresses: itself, or the virtual adapter that took over. */
  readonly adapter: Adapter;
}

/** What Windows calls the adapter that takes over from a NIC, and that of an endpoint of the host. */
export const virtualAlias = (name: string): string => `vEthernet (${name})`;

const VIRTUAL = /^vEthernet \(/;

/** `switched`: the NICs that HNS has put a switch on. Other virtual adapters are of endpoints or internal networks. */
export function candidatesOf(adapters: readonly Adapter[], switched: readonly string[]): readonly Candidate[] {
  return adapters.flatMap((adapter) => {
    const { alias, type } = adapter;
    const over = switched.find((nic) => virtualAlias(nic) === alias);
    if (over !== undefined) return [{ nic: over, adapter }];
    return !VIRTUAL.test(alias) && (type === IfType.Ethernet || type === IfType.Wireless)
      ? [{ nic: alias, adapter }]
      : [];
  });
}

/** What has the addresses of a NIC now; undefined while Windows shows neither. */
export const holderOf = (adapters: readonly Adapter[], nic: string): Adapter | undefined =>
  adapters.find(({ alias }) => alias === virtualAlias(nic)) ?? adapters.find(({ alias }) => alias === nic);

interface Host {
  readonly candidates: readonly Candidate[];
  readonly routes: readonly RouteRow[];
}

/** Throws code 7 with all candidates when none or several fit. */
export function chooseAdapter(rule: AdapterRule, host: Host): Candidate {
  const fitting = rule.by === 'default route' ? byDefaultRoute(host) : host.candidates.filter(fits(rule));
  const [only, ...more] = fitting;
  if (only !== undefined && more.length === 0) return only;
  const found = only === undefined ? 'no adapter fits' : `${fitting.length} adapters fit`;
  throw new CniError(Code.InvalidConfig, `Cannot choose the adapter by ${spoken(rule)}: ${found}, expected one`, {
    details: `adapters: ${host.candidates.map(described).join('; ') || 'none'}; name one: --adapter-name NAME`,
  });
}

const fits =
  (rule: Exclude<AdapterRule, { by: 'default route' }>) =>
  ({ nic, adapter }: Candidate): boolean => {
    if (rule.by === 'address') return adapter.addresses.some(({ cidr }) => sameIp(cidr.ip, rule.address));
    if (rule.by === 'name') return [nic, adapter.alias].some((name) => name.toLowerCase() === rule.name.toLowerCase());
    return [nic, adapter.description].some((name) => wildcard(rule.pattern).test(name));
  };

/** As PowerShell's: * is any text, ? any character. */
function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

/** The one that Windows sends by: the smallest sum of metrics among default routes, those of IPv4 first. */
function byDefaultRoute({ candidates, routes }: Host): readonly Candidate[] {
  const ways = routes.flatMap(({ luid, destination, metric }) => {
    const { family } = destination.ip;
    const candidate = candidates.find(({ adapter }) => adapter.luid === luid);
    if (destination.prefix !== 0 || candidate === undefined) return [];
    return [{ candidate, family, cost: metric + candidate.adapter.metric[family] }];
  });
  const family = ways.some((way) => way.family === 4) ? 4 : 6;
  const ofFamily = ways.filter((way) => way.family === family);
  const least = Math.min(...ofFamily.map(({ cost }) => cost));
  return [...new Set(ofFamily.filter(({ cost }) => cost === least).map(({ candidate }) => candidate))];
}

function spoken(rule: AdapterRule): string {
  if (rule.by === 'default route') return 'the default route';
  const value = rule.by === 'address' ? rule.address.text : rule.by === 'name' ? rule.name : rule.pattern;
  return `${rule.by} "${value}"`;
}

function described({ nic, adapter }: Candidate): string {
  const { addresses, gateways, up, description } = adapter;
  const has = addresses.map(({ cidr }) => formatCidr(cidr)).join(' ') || 'no address';
  const by = gateways.length === 0 ? 'no gateway' : `gateway ${gateways.map(({ text }) => text).join(' ')}`;
  return `"${nic}" (${description}) ${has}, ${by}${up ? '' : ', link down'}`;
}
