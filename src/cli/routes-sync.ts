/** `wincni routes sync`: its options, and the real parts that node/sync.ts works with. */
import { dirname } from 'node:path';
import { nodeFiles } from '../disk/node-files.ts';
import { pause } from '../ffi/elapsed.ts';
import { createFileLock } from '../ffi/lock.ts';
import { startDeadline } from '../hns/deadline.ts';
import { entryPoints } from '../hns/entry-points.ts';
import { patience } from '../hns/retry.ts';
import { openSession } from '../hns/session.ts';
import { ipHelper } from '../ip-helper/client.ts';
import { iphlpapi } from '../ip-helper/entry-points.ts';
import { decodePeers } from '../node/peers.ts';
import { type SyncOptions, type SyncPorts, syncPeers } from '../node/sync.ts';
import type { Report } from '../node/sync-run.ts';
import { watchPeers } from '../node/sync-watch.ts';
import { CniError } from '../spec/error.ts';
import { readPeerFile, watchPeerFile } from './peer-file.ts';
import { complainOf } from './report.ts';
import { type CliCommand, type Exit, type Shell, UsageError, type Values } from './shell.ts';

/** How long HNS may take over one run. */
const HNS_MS = 60_000;
/** What New-NetRoute gives a route, too. */
const METRIC = 256;
const INTERVAL_S = 30;
const STDIN = '-';

export const ROUTES_SYNC: CliCommand = {
  name: 'routes sync',
  help: "brings this node's routes to the other nodes' pods up to date; on an overlay, its remote subnets",
  options: {
    peers: { type: 'string', value: 'FILE', required: true, help: 'the list of nodes, JSON; - is stdin' },
    network: {
      type: 'string',
      value: 'NAME',
      help: 'the HNS network of the pods (default: routes, and HNS is not asked)',
    },
    'node-name': { type: 'string', value: 'NAME', help: 'the name of this node in the list (its addresses tell, too)' },
    metric: { type: 'string', value: 'N', help: `of the routes (default ${METRIC})` },
    plan: { type: 'boolean', help: 'says what it would do, and does nothing' },
    watch: { type: 'boolean', help: 'goes on: when the file changes, and now and then to heal; until Ctrl-C' },
    interval: { type: 'string', value: 'S', help: `seconds from one healing to the next (default ${INTERVAL_S})` },
  },
  run: (values, shell) => routesSync(values, shell, portsOf(shell)),
};

function portsOf({ windows, defaults, system }: Shell): () => SyncPorts {
  return () => {
    const found = system();
    const native = entryPoints(found);
    return {
      ipHelper: ipHelper(iphlpapi(found)),
      openHns: () => openSession(() => native, startDeadline(HNS_MS), patience(pause)),
      files: nodeFiles({ windows }),
      lock: createFileLock(),
      folder: dirname(defaults.logFile),
    };
  };
}

/** `ports` are made when the arguments are good. */
export async function routesSync(values: Values, shell: Shell, ports: () => SyncPorts): Promise<Exit> {
  const { peers: file, interval, ...options } = optionsIn(values);
  const what = file === STDIN ? 'the peers on stdin' : `the peers in "${file}"`;
  try {
    const made = ports();
    if (values['watch'] === true) {
      await watching({ file, what, intervalMs: interval * 1000 }, { options, shell, ports: made });
      return 0;
    }
    const peers = decodePeers(file === STDIN ? shell.stdin() : readPeerFile(file), what);
    const report = await syncPeers(peers, options, made);
    tell(report, shell);
    return report.isComplete ? 0 : 1;
  } catch (failure) {
    complainOf(CniError.from(failure), shell);
    return 1;
  }
}

interface Options extends SyncOptions {
  readonly peers: string;
  /** Seconds. */
  readonly interval: number;
}

function optionsIn(values: Values): Options {
  const peers = String(values['peers']);
  const [plan, watch] = [values['plan'] === true, values['watch'] === true];
  if (watch && plan) throw new UsageError('--watch and --plan exclude each other');
  if (watch && peers === STDIN) throw new UsageError('--watch cannot watch stdin, expected --peers FILE');
  if (!watch && values['interval'] !== undefined) throw new UsageError('--interval is for --watch');
  return {
    peers,
    plan,
    network: textIn(values, 'network'),
    nodeName: textIn(values, 'node-name'),
    metric: numberIn(values, 'metric', { absent: METRIC, min: 0, max: 0xffff }),
    interval: numberIn(values, 'interval', { absent: INTERVAL_S, min: 1, max: 86_400 }),
  };
}

function textIn(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function numberIn(
  values: Values,
  name: string,
  { absent, min, max }: { readonly absent: number; readonly min: number; readonly max: number },
): number {
  const given = textIn(values, name);
  if (given === undefined) return absent;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= min && value <= max) return value;
  throw new UsageError(`--${name}: "${given}" is no number in [${min}, ${max}]`);
}

function tell({ lines, complaints, sum }: Report, { print, complain }: Shell): void {
  for (const line of lines) print(line);
  for (const complaint of complaints) complain(complaint);
  print(sum);
}

async function watching(
  { file, what, intervalMs }: { readonly file: string; readonly what: string; readonly intervalMs: number },
  { options, shell, ports }: { readonly options: SyncOptions; readonly shell: Shell; readonly ports: SyncPorts },
): Promise<void> {
  const watcher = watchPeerFile(file);
  const stop = (): void => {
    watcher.end();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let last: string | undefined;
  try {
    shell.print(`watching ${what}`);
    const watched = {
      what,
      read: () => readPeerFile(file),
      wait: watcher.wait,
      isEnding: watcher.hasEnded,
      sync: (peers: Parameters<typeof syncPeers>[0]) => syncPeers(peers, options, ports),
      // A healing that found nothing to do and nothing new to say is silent.
      onReport: (report: Report) => {
        const said = report.complaints.join('\n');
        if (report.lines.length > 0 || said !== last) tell(report, shell);
        last = said;
      },
      onFailure: (failure: CniError) => {
        complainOf(failure, shell);
        last = undefined;
      },
      now: () => performance.now(),
    };
    await watchPeers(watched, intervalMs);
    shell.print('ended');
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    watcher.end();
  }
}
