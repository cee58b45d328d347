/** Where everything lies on disk: host-local's files, byte for byte, and our records beside them. Names only. */
import { join } from 'node:path';
import { type Ip, parseIp } from '../net/ip.ts';
import { fail } from '../spec/decode.ts';
import type { Holder, HostPort } from './lease.ts';

/**
 *     <dataDir>/<network>/lock                  taken by host-local, too
 *                        /last_reserved_ip.N    the address given last from range set N
 *                        /10.244.3.7            who holds it: container id, CR LF, interface
 *                        /.wincni/attachments/<key>.json
 *                        /.wincni/tombstones/<key>.json
 *                        /.wincni/looked-at     the tombstone looked at last
 *                        /.wincni/index         all of it as one table: see index-file.ts
 *              /.wincni/ports/6-8080.json        who claims a host port: protocol and number
 *                            /lock               taken for these, under a network's own
 */
export interface Layout {
  readonly folder: string;
  readonly lock: string;
  /** Of everything that is ours. */
  readonly records: string;
  readonly attachments: string;
  readonly tombstones: string;
  readonly lookedAt: string;
  readonly index: string;
  readonly attachment: (key: string) => string;
  readonly tombstone: (key: string) => string;
  readonly lastReserved: (range: number) => string;
  readonly address: (ip: Ip) => string;
  /** Of the node. */
  readonly ports: string;
  readonly portsLock: string;
  readonly claims: (port: Pick<HostPort, 'protocol' | 'hostPort'>) => string;
  /** Windows has no colon in names: host-local writes "_" there. */
  readonly nameOf: (ip: Ip) => string;
}

/** SPEC.md 1.1.0 section 1, network configuration, key `name`; what keeps the folder inside `dataDir`. */
export const NETWORK = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
export const KEY = /^[A-Za-z0-9-]+$/;

/** The places of one network. @throws code 7 for a name that CNI does not allow. */
export function layoutOf(options: { dataDir: string; network: string; windows: boolean }): Layout {
  const { dataDir, network, windows } = options;
  if (!NETWORK.test(network)) fail('name', 'letters, digits, "_", "." and "-", the first a letter or digit', network);
  const folder = join(dataDir, network);
  const records = join(folder, '.wincni');
  const attachments = join(records, 'attachments');
  const tombstones = join(records, 'tombstones');
  const ports = join(dataDir, '.wincni', 'ports');
  const nameOf = (ip: Ip): string => (windows ? ip.text.replaceAll(':', '_') : ip.text);
  return {
    folder,
    lock: join(folder, 'lock'),
    records,
    attachments,
    tombstones,
    lookedAt: join(records, 'looked-at'),
    index: join(records, 'index'),
    attachment: (key) => join(attachments, fileOf(key)),
    tombstone: (key) => join(tombstones, fileOf(key)),
    lastReserved: (range) => join(folder, `last_reserved_ip.${range}`),
    address: (ip) => join(folder, nameOf(ip)),
    ports,
    portsLock: join(ports, 'lock'),
    claims: ({ protocol, hostPort }) => join(ports, `${protocol}-${hostPort}.json`),
    nameOf,
  };
}

function fileOf(key: string): string {
  if (!KEY.test(key)) throw new RangeError(`Cannot name a record after "${key}", expected a GUID`);
  return `${key}.json`;
}

/** The keys among the names of a folder of records; a temporary file is no record. */
export function keysOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

const ADDRESS_NAME = /^[0-9a-f]*[.:_][0-9a-f.:_]*$/i;

/** The names that stand for an address, told by their characters alone: cheap enough for a folder of thousands. */
export function addressNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => ADDRESS_NAME.test(name));
}

/** The address a file is named after, in either system's spelling. */
export function addressOfName(name: string): Ip | undefined {
  return parseIp(name.replaceAll('_', ':'));
}

/** What host-local writes into an address's file: CR LF on every system (backend/disk, LineBreak). */
export function contentOf(holder: Pick<Holder, 'containerId' | 'ifname'>): string {
  return `${holder.containerId}\r\n${holder.ifname}`;
}
