/** Brings this node's ways to its peers up to date: host-gw routes, or remote subnets where the network is an overlay. */
import { dirname, join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { findNetwork, type OpenNetwork } from '../hns/client.ts';
import type { Session } from '../hns/session.ts';
import type { IpHelper } from '../ip-helper/ip-helper.ts';
import { parseCidr } from '../net/cidr.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Peer } from './peers.ts';
import { remoteSubnetsTarget } from './remote-subnets-target.ts';
import { ROUTE_FORM } from './routes-table.ts';
import { routesTarget } from './routes-target.ts';
import { type Ledger, openLedger, type RecordForm } from './sync-record.ts';
import { type Report, runSync, type Target } from './sync-run.ts';
import type { Self } from './sync-wanted.ts';

/** The parts that touch the machine. */
export interface SyncPorts {
  readonly ipHelper: IpHelper;
  /** A session with HNS, which is closed here. */
  readonly openHns: () => Session;
  readonly files: Files;
  /** Throws code 11 at the deadline. */
  readonly lock: { readonly acquire: (path: string, deadlineMs: number) => Promise<() => void> };
  /** Where the record is; made when it is not there. */
  readonly folder: string;
}

export interface SyncOptions {
  /** The HNS network of the pods; without one HNS is not asked, and the peers get routes. */
  readonly network: string | undefined;
  /** This node's name in the list of peers. */
  readonly nodeName: string | undefined;
  /** Of the routes; what the interface costs is added. */
  readonly metric: number;
  /** Nothing is changed. */
  readonly plan: boolean;
}

/** How long another run is waited for. */
const LOCK_MS = 60_000;

export async function syncPeers(peers: readonly Peer[], options: SyncOptions, ports: SyncPorts): Promise<Report> {
  if (options.plan) return synced(peers, options, ports);
  const lock = fileFor(options, ports, 'peers').replace(/json$/, 'lock');
  ports.files.ensureDir(dirname(lock));
  const unlock = await ports.lock.acquire(lock, LOCK_MS);
  try {
    return await synced(peers, options, ports);
  } finally {
    unlock();
  }
}

/** A name of a network is no name of a file yet. */
const fileFor = ({ network }: SyncOptions, { folder }: SyncPorts, what: string): string =>
  join(folder, network === undefined ? `${what}.json` : `${what}-${encodeURIComponent(network)}.json`);

async function synced(peers: readonly Peer[], options: SyncOptions, ports: SyncPorts): Promise<Report> {
  if (options.network === undefined) return reconciled(peers, { options, ports, open: undefined });
  const session = ports.openHns();
  try {
    const open = await networkOf(session, options.network);
    return await reconciled(peers, { options, ports, open: { ...open, session } });
  } finally {
    await session.close();
  }
}

interface Around {
  readonly options: SyncOptions;
  readonly ports: SyncPorts;
  readonly open: (OpenNetwork & { readonly session: Session }) | undefined;
}

async function reconciled(peers: readonly Peer[], { options, ports, open }: Around): Promise<Report> {
  const adapters = ports.ipHelper.adapters();
  const self: Self = {
    nodeName: options.nodeName,
    addresses: adapters.flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.ip)),
    blocks: open?.network.subnets.flatMap(({ prefix }) => parseCidr(prefix) ?? []) ?? [],
  };
  const ledgerOf = <T>(what: string, form: RecordForm<T>): Ledger<T> =>
    openLedger(ports.files, fileFor(options, ports, what), form);
  const run = <T>(what: string, target: Target<T>): Promise<Report> =>
    runSync(target, { ledger: ledgerOf(what, target.form), plan: options.plan });
  const routesTo = (some: readonly Peer[]): Promise<Report> =>
    run('routes', routesTarget(ports.ipHelper, { peers: some, self, adapters, metric: options.metric }));
  if (open?.network.type !== OVERLAY) return routesTo(peers);
  const report = await run('remote-subnets', remoteSubnetsTarget(open.session, open, { peers, self }));
  // Policies go with their network. Routes of a time when it was no overlay would stay, and lead past it.
  const hasRoutes = ledgerOf('routes', ROUTE_FORM).read().length > 0;
  return hasRoutes ? joined(report, await routesTo([])) : report;
}

const joined = (one: Report, other: Report): Report => ({
  lines: [...one.lines, ...other.lines],
  complaints: [...one.complaints, ...other.complaints],
  sum: `${one.sum}; ${other.sum}`,
  isComplete: one.isComplete && other.isComplete,
});

const OVERLAY = 'Overlay';
/** Networks whose pods are in the node's own network, where routes of the host lead to them. */
const ROUTED: readonly string[] = ['L2Bridge', 'L2Tunnel', 'Transparent'];

async function networkOf(session: Session, name: string): Promise<OpenNetwork> {
  const found = await findNetwork(session, name);
  if (found === undefined) {
    throw new CniError(Code.NetworkMissing, `Cannot find the HNS network "${name}", expected the one of the pods`, {
      details: 'Get-HnsNetwork lists those that there are',
    });
  }
  const { type } = found.network;
  if (type === OVERLAY || ROUTED.includes(type)) return found;
  const expected = [...ROUTED, OVERLAY].join(', ');
  throw new CniError(
    Code.InvalidConfig,
    `Cannot reach peers by the HNS network "${name}": its type is ${type}, expected one of ${expected}`,
  );
}
