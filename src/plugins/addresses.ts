/** Where an attachment's addresses come from and go back to: our own leases, and the IPAM plugin where one is configured. */

import type { NetConf } from '../dialects/net-conf.ts';
import type { Endpoint, Network } from '../hns/wire.ts';
import { ipamGateway } from '../ipam/gateway.ts';
import type { Holder, Lease, Tombstone } from '../ipam/lease.ts';
import { type Cidr, contains, parseCidr } from '../net/cidr.ts';
import { BITS, type Ip, parseIp } from '../net/ip.ts';
import { fail } from '../spec/decode.ts';
import type { Result } from '../spec/result.ts';
import type { Deps } from './deps.ts';

/** A lease with its addresses, and the configuration with what IPAM said of routes and DNS. */
export interface Addressed {
  readonly lease: Lease;
  readonly conf: NetConf;
  /** What IPAM calls the gateways of these addresses. */
  readonly ipamGateways: readonly Ip[];
}

/**
 * The addresses of a lease just reserved. An IPAM plugin is asked only now, when our record is on disk; when it fails, its DEL
 * follows (SPEC.md 1.1.0 section 4) and the record goes.
 */
export async function withAddresses(deps: Deps, lease: Lease): Promise<Addressed> {
  const { delegate, conf, leases } = deps;
  if (delegate === undefined) return { lease, conf, ipamGateways: gatewaysOf(conf, lease) };
  try {
    const result = delegate.add();
    const addresses = result.ips.map((ip, at) => cidrAt(ip.address, `result of IPAM: ips[${at}].address`));
    if (addresses.length === 0) fail('result of IPAM: ips', 'at least one address', result.ips);
    const ipamGateways = result.ips.flatMap(({ gateway }, at) =>
      gateway === undefined ? [] : [ipAt(gateway, `result of IPAM: ips[${at}].gateway`)],
    );
    return { lease: { ...lease, addresses }, conf: { ...conf, ...told(conf, result) }, ipamGateways };
  } catch (failure) {
    runQuietly(() => {
      delegate.run('DEL', lease);
    });
    await leases.release(lease);
    throw failure;
  }
}

export const gatewaysOf = ({ ipam }: NetConf, { addresses }: Lease): readonly Ip[] =>
  addresses.flatMap((address) => ipamGateway(ipam, address) ?? []);

/** What HNS gave, with the prefix lengths that it knows. */
export const addressesOf = ({ addresses }: Endpoint): readonly Cidr[] =>
  addresses.flatMap(({ ip, prefix }) => {
    const known = parseIp(ip);
    return known === undefined ? [] : [{ ip: known, prefix: prefix ?? BITS[known.family] }];
  });

/** An endpoint whose addresses HNS chose, with the prefix lengths of the network's subnets where HNS leaves them to those. */
export function withPrefixes(endpoint: Endpoint, { addresses: leased }: Lease, { subnets }: Network): Endpoint {
  if (leased.length > 0) return endpoint;
  const blocks = subnets.flatMap(({ prefix }) => parseCidr(prefix) ?? []);
  const addresses = endpoint.addresses.map(({ ip, prefix }) => {
    const known = parseIp(ip);
    return { ip, prefix: prefix ?? (known && blocks.find((block) => contains(block, known))?.prefix) };
  });
  return { ...endpoint, addresses };
}

/** What the configuration says of DNS is taken before what IPAM says. */
function told(conf: NetConf, { routes = [], dns = {} }: Result): Pick<NetConf, 'ipam' | 'dns'> {
  const given = routes.map(({ dst, gw }, at) => {
    const via = gw === undefined ? undefined : ipAt(gw, `result of IPAM: routes[${at}].gw`);
    return { dst: cidrAt(dst, `result of IPAM: routes[${at}].dst`), ...(via === undefined ? {} : { gw: via }) };
  });
  return { ipam: { ...conf.ipam, routes: given }, dns: { ...dns, ...conf.dns } };
}

const cidrAt = (text: string, path: string): Cidr => parseCidr(text) ?? fail(path, 'a CIDR', text);
const ipAt = (text: string, path: string): Ip => parseIp(text) ?? fail(path, 'an IP address', text);

/** Frees what an attachment holds; its endpoint is gone by now. The record goes last: it is what a second try goes by. */
export async function giveBack({ delegate, leases }: Deps, holder: Holder): Promise<void> {
  delegate?.run('DEL', holder);
  await leases.release(holder);
}

/** The same for what a tombstone keeps. */
export async function giveBackBuried({ delegate, leases }: Deps, tombstone: Tombstone): Promise<void> {
  delegate?.run('DEL', tombstone);
  await leases.exhume(tombstone.key);
}

/** The first failure is the one to report. */
function runQuietly(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}
