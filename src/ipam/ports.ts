/** Host ports of a node: which attachment claims which, in files beside the networks' folders, under a lock of their own. */
import { parseIp } from '../net/ip.ts';
import { type Decoder, fail, integer, list, optional, record, required, text } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { KEY, NETWORK } from './layout.ts';
import type { HostPort, Lease, PortHolder } from './lease.ts';
import { readLiving, readTombstone } from './shelf.ts';
import type { Stock } from './stock.ts';

/** Of one protocol and port; the address of the node it is for, undefined for all of them. */
export interface Claim extends PortHolder {
  readonly hostIp: string | undefined;
}

const VERSION = 1;

/** Works under the lock on host ports; without ports no file is touched, the lock's neither. */
export async function withPorts<T>(stock: Stock, ports: readonly HostPort[], work: () => T): Promise<T> {
  if (ports.length === 0) return work();
  stock.files.ensureDir(stock.layout.ports);
  const unlock = await stock.lockPorts();
  try {
    return work();
  } finally {
    unlock();
  }
}

export interface Clash {
  readonly port: HostPort;
  readonly holder: PortHolder;
}

/** The first port that another attachment has. One whose record is gone, or does not list it, has none. Under the lock. */
export function clashOf(stock: Stock, { key, ports }: Pick<Lease, 'key' | 'ports'>): Clash | undefined {
  for (const port of ports) {
    const holder = readClaims(stock, port).find(
      (claim) => claim.key !== key && overlap(claim.hostIp, addressOf(port)) && isLiving(stock, port, claim),
    );
    if (holder !== undefined) return { port, holder: nameOf(holder) };
  }
  return undefined;
}

/** Claims them, the record being on disk; claims of the dead go. Under the lock. */
export function claimPorts(stock: Stock, holder: PortHolder, ports: readonly HostPort[]): void {
  for (const same of byNumber(ports)) {
    const [port] = same;
    const others = readClaims(stock, port).filter((claim) => claim.key !== holder.key && isLiving(stock, port, claim));
    const own = [...new Set(same.map(addressOf))].map((hostIp) => ({ ...holder, hostIp }));
    writeClaims(stock, port, [...others, ...own]);
  }
}

/** Takes back what a lease claims, and nothing that meanwhile is another's. Takes the lock. */
export async function freePorts(stock: Stock, lease: Pick<Lease, 'key' | 'ports'>): Promise<void> {
  await withPorts(stock, lease.ports, () => {
    dropClaims(stock, lease);
  });
}

/** The same for who has the lock. A file that cannot be read is told of and left: it keeps no lease from being freed. */
export function dropClaims(stock: Stock, { key, ports }: Pick<Lease, 'key' | 'ports'>): void {
  for (const [port] of byNumber(ports)) {
    try {
      const claims = readClaims(stock, port);
      const others = claims.filter((claim) => claim.key !== key);
      if (others.length < claims.length || others.length === 0) writeClaims(stock, port, others);
    } catch (error) {
      if (!(error instanceof CniError) || error.code !== Code.Ipam) throw error;
      stock.onUnreadable(error);
    }
  }
}

/** Ports in groups of one protocol and number: each has a file. */
function byNumber(ports: readonly HostPort[]): readonly (readonly [HostPort, ...HostPort[]])[] {
  const groups = new Map<string, [HostPort, ...HostPort[]]>();
  for (const port of ports) {
    const name = `${port.protocol}-${port.hostPort}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [port]);
    else group.push(port);
  }
  return [...groups.values()];
}

const EVERYWHERE = ['', '0.0.0.0', '::'];

/** In one spelling. */
function addressOf({ hostIp = '' }: Pick<HostPort, 'hostIp'>): string | undefined {
  const canonical = parseIp(hostIp)?.text ?? hostIp;
  return EVERYWHERE.includes(canonical) ? undefined : canonical;
}

const overlap = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined || a === b;

/**
 * A claim is made after its record and taken back before it, so that one without a record was left by somebody who deleted the
 * files. A record that cannot be read may be anyone's: it counts.
 */
function isLiving(stock: Stock, port: HostPort, claim: Claim): boolean {
  try {
    const shelf = { ...stock, layout: stock.layoutFor(claim.network) };
    const found = readTombstone(shelf, claim.key) ?? readLiving(shelf, claim.key);
    const own =
      found?.lease.ports.filter((one) => one.protocol === port.protocol && one.hostPort === port.hostPort) ?? [];
    return own.some((one) => addressOf(one) === claim.hostIp);
  } catch (error) {
    if (error instanceof CniError && error.code === Code.Ipam) return true;
    throw error;
  }
}

const nameOf = ({ network, key, containerId, ifname, podNamespace, podName }: Claim): PortHolder => ({
  network,
  key,
  containerId,
  ifname,
  podNamespace,
  podName,
});

function readClaims({ files, layout }: Stock, port: HostPort): readonly Claim[] {
  const path = layout.claims(port);
  const content = files.readText(path);
  if (content === undefined) return [];
  try {
    const value = record(JSON.parse(content), '');
    required(value, 'version', { path: '', as: integer(VERSION, VERSION) });
    return required(value, 'claims', { path: '', as: list(claim) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CniError(
      Code.Ipam,
      `Cannot read who has a host port in "${path}": it is unreadable, expected version ${VERSION}`,
      { details: `${reason}; the file is left as it is`, cause },
    );
  }
}

function writeClaims({ files, layout }: Stock, port: HostPort, claims: readonly Claim[]): void {
  const path = layout.claims(port);
  if (claims.length === 0) files.remove(path);
  else files.writeFlushed(path, `${JSON.stringify({ version: VERSION, claims })}\n`);
}

const claim: Decoder<Claim> = (value, path) => {
  const object = record(value, path);
  const at = (key: string, form = /^/): string => required(object, key, { path, as: matching(form) });
  const maybe = (key: string): string | undefined => optional(object, key, { path, as: text });
  return {
    network: at('network', NETWORK),
    key: at('key', KEY),
    containerId: at('containerId'),
    ifname: at('ifname'),
    podNamespace: maybe('podNamespace'),
    podName: maybe('podName'),
    hostIp: maybe('hostIp'),
  };
};

/** Both become names of files. */
const matching =
  (form: RegExp): Decoder<string> =>
  (value, path) =>
    form.test(text(value, path)) ? text(value, path) : fail(path, String(form), value);
