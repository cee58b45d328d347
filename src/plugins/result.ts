/** What ADD answers: the endpoint as HNS has it, in the words of CNI. Pure. */
import type { Endpoint, WireRoute } from '../hns/wire.ts';
import { parseCidr } from '../net/cidr.ts';
import { BITS, parseIp } from '../net/ip.ts';
import type { Target } from '../spec/command.ts';
import type { Result, ResultDns, ResultIp } from '../spec/result.ts';
import type { Attached } from './verify.ts';

/** The container's interface is named CNI_IFNAME and every address points at it: containerd looks for both. */
export function resultOf({ lease, endpoint }: Attached, target: Target): Result {
  // The default route follows from the gateway, as win-bridge has it; others are stated.
  const routes = endpoint.routes.filter((route) => !isDefault(route));
  const dns = dnsOf(endpoint.dns);
  return {
    interfaces: [{ name: target.ifname, mac: endpoint.mac, sandbox: target.sandbox }],
    ips: endpoint.addresses.map((address) => ipOf(address, { endpoint, lease })),
    ...(routes.length === 0
      ? {}
      : { routes: routes.map(({ DestinationPrefix, NextHop }) => ({ dst: DestinationPrefix, gw: NextHop })) }),
    ...(Object.keys(dns).length === 0 ? {} : { dns }),
  };
}

const isDefault = ({ DestinationPrefix }: WireRoute): boolean => parseCidr(DestinationPrefix)?.prefix === 0;

/** HNS leaves a prefix to the subnet on some builds: then it is the lease's, and of a shared endpoint that of the address alone. */
function ipOf({ ip, prefix }: Endpoint['addresses'][number], { endpoint, lease }: Attached): ResultIp {
  const leased = lease?.addresses.find((one) => one.ip.text === ip);
  const family = parseIp(ip)?.family;
  const length = prefix ?? leased?.prefix ?? BITS[family ?? 4];
  const hop = endpoint.routes.find((route) => isDefault(route) && parseIp(route.NextHop)?.family === family)?.NextHop;
  return {
    address: `${ip}/${length}`,
    ...(hop === undefined ? {} : { gateway: hop }),
    interface: 0,
  };
}

const dnsOf = (dns: Endpoint['dns']): ResultDns => ({
  ...(dns.ServerList === undefined ? {} : { nameservers: dns.ServerList }),
  ...(dns.Domain === undefined ? {} : { domain: dns.Domain }),
  ...(dns.Search === undefined ? {} : { search: dns.Search }),
  ...(dns.Options === undefined ? {} : { options: dns.Options }),
});
