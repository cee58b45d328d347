/** The bench given to a case: a fresh node and state folder, commands as a runtime gives them, and what they leave. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { type FakeIpam, installFakeIpam } from './delegate/fake-ipam.ts';
import type { Dialect } from './dialect.ts';
import { isObject, type Json, parseOne } from './json.ts';
import {
  DELEGATED,
  type Endpoint,
  endpointsOf,
  membersOf,
  NAMESPACES,
  type NetworkName,
  namespaceDocuments,
  namespaceId,
  networkDocument,
  SEED,
} from './node.ts';
import type { Ended, Subject } from './subject.ts';

/** One interface of one container, as the runtime names it. */
export interface Attachment {
  readonly containerId: string;
  readonly ifname: string;
  readonly netns?: string;
}

export interface Ran extends Ended {
  /** stdout when it is one JSON object. */
  readonly json: Json | undefined;
  readonly wasKilled: boolean;
}

export interface CommandOptions {
  /** The configuration; the plain one of cbr0 when absent. A text or bytes go to stdin as they are. */
  readonly conf?: Json | string | Buffer;
  /** Variables that differ from what the attachment says; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly kill?: AbortSignal;
}

export interface ConfOptions {
  readonly network?: NetworkName;
  readonly version?: string;
  readonly ipam?: Json;
}

/** What all cases share. */
export interface Bench {
  readonly subject: Subject;
  readonly dialect: Dialect;
  /** A folder on a volume that has no byte left, and how to make room there. */
  readonly fullVolume: { readonly folder: string; readonly makeRoom: () => void } | undefined;
  /** Told of every command that ended. */
  readonly onOutput: (output: Output) => void;
}

export interface Output extends Ended {
  readonly verb: string;
  /** `cniVersion` of the configuration; "" when stdin was none. */
  readonly cniVersion: string;
}

export interface Lab extends Omit<Bench, 'onOutput'> {
  /** The version of the specification that this run of the case is about. */
  readonly version: string;
  readonly simulator: LocalSimulator;
  /** A folder of this case alone, and the plugin's state folder in it, as the suite sees them. */
  readonly folder: string;
  readonly dataDir: string;
  readonly delegate: FakeIpam;
  /** A network that no other case has: with a delegate a plugin may keep its own state in a folder of the machine. */
  readonly ownNetwork: string;
  /** The n-th pod from 1; its namespace exists up to NAMESPACES and after `reboot` anew. */
  readonly pod: (n: number, ifname?: string) => Required<Attachment>;
  /** A configuration in the plugin's dialect with further keys. */
  readonly conf: (more?: Json, options?: ConfOptions) => Json;
  readonly cni: (verb: string, attachment: Attachment | undefined, options?: CommandOptions) => Promise<Ran>;
  /** Endpoints that commands made; those given to the node by a case are left out. */
  readonly endpoints: () => readonly Endpoint[];
  /** Endpoint ids that namespaces list, all together. */
  readonly members: () => readonly string[];
  /** Addresses that have a file in host-local's folder of a network. */
  readonly leases: (network?: NetworkName) => readonly string[];
  /** Adds objects to the node; its endpoints are not the plugin's. */
  readonly plant: (seed: Json) => void;
  readonly reboot: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** host-local's own, outside Windows. */
const DEFAULT_FOLDER = '/var/lib/cni/networks';

export async function createLab(bench: Bench, version: string): Promise<Lab> {
  const { subject, dialect } = bench;
  const simulator = await startSimulator({ seeds: [SEED] });
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const dataDir = join(folder, 'state');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const mark = folder.slice(-6);
  const ownNetwork = `net-${mark}`;
  simulator.hns.seed({ networks: [networkDocument(ownNetwork, DELEGATED)] });
  const given = new Set<string>();
  const run = runner(bench, { simulator, cniPath: subject.path(bin) });
  const conf: Lab['conf'] = (more = {}, { network = 'cbr0', ipam = {}, version: wanted = version } = {}) => ({
    ...dialect.conf({ cniVersion: wanted, network, dataDir: subject.path(dataDir), ipam }),
    ...more,
  });
  return {
    ...bench,
    version,
    simulator,
    folder,
    dataDir,
    delegate: installFakeIpam(bin, subject.system),
    ownNetwork,
    pod: (n, ifname = 'eth0') => ({ containerId: `pod${n}-${mark}`, ifname, netns: namespaceId(n) }),
    conf,
    cni: (verb, attachment, options = {}) => run(verb, attachment, { conf: conf(), ...options }),
    endpoints: () => endpointsOf(simulator).filter(({ id }) => !given.has(id)),
    members: () => membersOf(simulator),
    leases: (network = 'cbr0') => addressesIn(join(dataDir, network)),
    plant: (seed) => {
      const before = endpointsOf(simulator).map(({ id }) => id);
      simulator.hns.seed(seed);
      for (const { id } of endpointsOf(simulator)) if (!before.includes(id)) given.add(id);
    },
    reboot: async () => {
      simulator.hns.reboot();
      await subject.reboot();
      simulator.hns.seed({ namespaces: namespaceDocuments(1, NAMESPACES) });
    },
    end: async () => {
      await simulator.stop();
      for (const path of [folder, join(DEFAULT_FOLDER, ownNetwork)]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function runner(
  { subject, onOutput }: Bench,
  { simulator, cniPath }: { readonly simulator: LocalSimulator; readonly cniPath: string },
): (verb: string, attachment: Attachment | undefined, options: CommandOptions) => Promise<Ran> {
  return async (verb, attachment, { conf, env = {}, kill = new AbortController().signal }) => {
    const full = {
      HNS_SIMULATOR: simulator.address,
      // The machine's boot as far as it cannot be had for a test; Windows has its own in each prefix.
      HNS_SIMULATOR_BOOT: simulator.hns.bootId(),
      CNI_COMMAND: verb,
      CNI_CONTAINERID: attachment?.containerId,
      CNI_NETNS: attachment?.netns,
      CNI_IFNAME: attachment?.ifname,
      CNI_PATH: cniPath,
      ...env,
    };
    const given = Object.entries(full).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const stdin =
      typeof conf === 'string' || Buffer.isBuffer(conf) ? Buffer.from(conf) : Buffer.from(JSON.stringify(conf));
    const ended = await subject.run(Object.fromEntries(given), stdin, { simulator, kill });
    const cniVersion = isObject(conf) && typeof conf['cniVersion'] === 'string' ? conf['cniVersion'] : '';
    onOutput({ verb, cniVersion, ...ended });
    const json = parseOne(ended.stdout);
    return { ...ended, json: isObject(json) ? json : undefined, wasKilled: ended.code === null || ended.code === 137 };
  };
}

/** Windows has no colon in names: host-local writes "_" there. */
function addressesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^[0-9a-f]*[.:_][0-9a-f.:_]*$/i.test(name));
    return names.map((name) => name.replaceAll('_', ':')).sort();
  } catch {
    return [];
  }
}
