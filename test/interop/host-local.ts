/** host-local as programs that share a folder: ours installed under that name, and the one of Debian's package. */
import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, runUnix } from '../support/plugin.ts';

/** containernetworking-plugins 1.1.1: cniVersion 1.0.0 at most. */
export const PEER = '/usr/lib/cni/host-local';
export const NETWORK = 'net';

export interface Installed {
  readonly exe: string;
  readonly remove: () => void;
}

/** dist/wincni as host-local in a folder of its own, since it unpacks its addons beside itself. */
export function installOurs(file = 'dist/wincni', name = 'host-local'): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-bin-'));
  const exe = join(folder, name);
  linkOrCopy(join(ROOT, file), exe);
  return {
    exe,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // The temporary folder may lie on another file system.
    copyFileSync(from, to);
  }
}

/** One set for each list. */
export type RangeSets = readonly (readonly { subnet: string; rangeStart?: string; rangeEnd?: string }[])[];

/** A network configuration as host-local gets it from the plugin that calls it. */
export const confOf = (dataDir: string, ranges: RangeSets, more: object = {}): Record<string, unknown> => ({
  cniVersion: '1.0.0',
  name: NETWORK,
  type: 'bridge',
  ipam: { type: 'host-local', dataDir, ranges },
  ...more,
});

/** The variables of a command. */
export const envOf = (verb: string, containerId: string): Record<string, string> => ({
  CNI_COMMAND: verb,
  CNI_CONTAINERID: containerId,
  CNI_IFNAME: 'eth0',
  CNI_NETNS: 'none',
  CNI_PATH: '/none',
});

export interface Answer {
  /** Null when it was killed. */
  readonly code: number | null;
  /** Of a printed result, without prefix; undefined when it printed none. */
  readonly addresses: readonly string[] | undefined;
  readonly text: string;
}

/** One command of a program, to its end. */
export async function command(
  exe: string,
  [verb, containerId]: readonly [verb: string, containerId: string],
  conf: object,
): Promise<Answer> {
  const { code, stdout } = await runUnix([exe], envOf(verb, containerId), JSON.stringify(conf));
  return answerOf(code, stdout);
}

export function answerOf(code: number | null, text: string): Answer {
  const printed = resultIn(text);
  return { code, text, addresses: printed?.ips?.map(({ address }) => address.replace(/\/\d+$/, '')) };
}

/** What was printed, when all of it was: a process may be killed in between. */
function resultIn(text: string): { readonly ips?: readonly { readonly address: string }[] } | undefined {
  try {
    return JSON.parse(text) as ReturnType<typeof resultIn>;
  } catch {
    return undefined;
  }
}

export interface Started {
  readonly ended: Promise<Answer>;
  /** SIGKILL; it is dead once `ended` is there. */
  readonly kill: () => void;
}

/** Starts one command of a program that may be killed. */
export function start(
  exe: string,
  [verb, containerId]: readonly [verb: string, containerId: string],
  conf: object,
): Started {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-run-'));
  const [input, output] = [join(folder, 'stdin'), join(folder, 'stdout')];
  writeFileSync(input, JSON.stringify(conf));
  const stdio = [openSync(input, 'r'), openSync(output, 'w')];
  const child = spawn(exe, { env: envOf(verb, containerId), stdio: [...stdio, 'ignore'] });
  const ended = new Promise<Answer>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      stdio.forEach(closeSync);
      const text = readFileSync(output, 'utf8');
      rmSync(folder, { recursive: true });
      resolve(answerOf(code, text));
    });
  });
  return { ended, kill: () => child.kill('SIGKILL') };
}

/** What the file of an address says; nobody may be changing it. */
export const holderOf = (dataDir: string, ip: string): string => readFileSync(join(dataDir, NETWORK, ip), 'utf8');

/** Who holds which address, as the files say: "10.244.3.7" to "pod1\r\neth0". */
export function holders(dataDir: string): Record<string, string> {
  const folder = join(dataDir, NETWORK);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const addresses = names.map((name) => [name, name.replaceAll('_', ':')] as const);
  return Object.fromEntries(
    addresses.flatMap(([name, ip]) => (isIP(ip) === 0 ? [] : [[ip, readFileSync(join(folder, name), 'utf8')]])),
  );
}

/** What an address's file holds on every system: backend/disk of host-local, LineBreak. */
export const heldBy = (containerId: string): string => `${containerId}\r\neth0`;

/** What writing a file leaves behind when it is cut short, anywhere below the folder. */
export const temporaryFiles = (dataDir: string): readonly string[] =>
  readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
