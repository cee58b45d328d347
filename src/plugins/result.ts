/** What ADD answers: the endpoint as HNS has it, in the words of CNI. Pure. */
import { type Cidr, formatCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import type { Target } from '../spec/command.ts';
import type { Result, ResultDns, ResultIp, ResultRoute } from '../spec/result.ts';
import type { NetConf } from './conf.ts';
import { gatewayOf } from './gateway.ts';
import { routesOf } from './routes.ts';
import type { Attached } from './verify.ts';

/** The container's interface is named CNI_IFNAME and every address points at it: containerd looks for both. */
export function resultOf({ lease, endpoint, conf }: Attached, target: Target): Result {
  const routes = furtherRoutes(conf, lease.addresses);
  const dns = dnsOf(endpoint.dns);
  return {
    interfaces: [{ name: target.ifname, mac: endpoint.mac, sandbox: target.sandbox }],
    ips: endpoint.addresses.map((address) => ipOf(address, { leased: lease.addresses, conf })),
    ...(routes.length === 0 ? {} : { routes }),
    ...(Object.keys(dns).length === 0 ? {} : { dns }),
  };
}

function ipOf(
  address: { readonly ip: string; readonly prefix: number | undefined },
  { leased, conf }: { readonly leased: readonly Cidr[]; readonly conf: NetConf },
): ResultIp {
  const lease = leased.find((one) => one.ip.text === parseIp(address.ip)?.text);
  const prefix = address.prefix ?? lease?.prefix;
  const gateway = lease === undefined ? {} : { gateway: gatewayOf(lease, conf.gateways).text };
  return { address: `${address.ip}/${prefix}`, ...gateway, interface: 0 };
}

/** The default route follows from the gateway, as win-bridge has it; others are stated. */
const furtherRoutes = (conf: NetConf, addresses: readonly Cidr[]): readonly ResultRoute[] =>
  routesOf(conf, addresses)
    .filter(({ dst }) => dst.prefix > 0)
    .map(({ dst, gw }) => ({ dst: formatCidr(dst), gw: gw.text }));

const dnsOf = (dns: Attached['endpoint']['dns']): ResultDns => ({
  ...(dns.ServerList === undefined ? {} : { nameservers: dns.ServerList }),
  ...(dns.Domain === undefined ? {} : { domain: dns.Domain }),
  ...(dns.Search === undefined ? {} : { search: dns.Search }),
  ...(dns.Options === undefined ? {} : { options: dns.Options }),
});
