/** What each verb touches beyond a bare Node: modules, Node's and ours, the addons, and files. As text, one line each. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Simulator, spawnSimulator } from '../../native/simulator/client.ts';
import { SEED } from '../../test/support/node.ts';
import { LINUX_LIBRARY } from '../build-native.js';
import { EXEC_ARGV, PACKAGES_WHEN_USED } from '../start-options.js';
import { namespacesFor, podOf } from './pods.ts';
import { linuxSystem, type System } from './systems.ts';

const ROOT = resolve('.');
const PRELOAD = resolve('scripts/bench/startup-preload.cjs');

/** In the order in which they are run: each finds the node as the one before has left it. */
const COMMANDS = ['VERSION', 'refused', 'STATUS', 'ADD', 'CHECK', 'GC', 'DEL'] as const;

interface Loaded {
  readonly modules: readonly string[];
  readonly builtins: readonly string[];
  readonly addons: boolean;
}

interface Place {
  readonly system: System;
  readonly simulator: Simulator;
  readonly bundle: string;
  readonly folder: string;
}

/** Runs every verb twice, under Node to see what is loaded, and as the executable under strace to see the files. */
export async function traceOfStarts(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-trace-'));
  mkdirSync(join(folder, 'bin'));
  const simulator = await spawnSimulator({ seeds: [SEED, namespacesFor(2)] });
  try {
    const system = await linuxSystem(join(folder, 'bin'));
    const place = { system, simulator, folder, bundle: await bundleThatTells(folder) };
    // What a verb does when it is not the first one.
    let previous: unknown;
    const loaded: Loaded[] = [];
    for (const command of ['ADD', 'DEL', ...COMMANDS]) {
      const { told, stdout } = loadedBy(place, command, previous);
      if (command === 'ADD') previous = JSON.parse(stdout);
      loaded.push(told);
    }
    const files: (readonly string[])[] = [];
    const bare = new Set(filesOf(place, [system.node, '-e', '0'], { env: {}, stdin: '' }));
    // The first command unpacks the addons.
    const first = inputOf(place, 'STATUS', previous);
    filesOf(place, [system.wincni], first);
    for (const command of COMMANDS) {
      const touched = filesOf(place, [system.wincni], inputOf(place, command, previous));
      files.push([...new Set(touched.filter((line) => !bare.has(line)))].sort());
    }
    return COMMANDS.map((command, index) => textOf(command, loaded[index + 2], files[index] ?? [])).join('\n');
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The bundle, in which each module of ours tells when it is evaluated. */
async function bundleThatTells(folder: string): Promise<string> {
  const outfile = join(folder, 'wincni.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [
      ...PACKAGES_WHEN_USED,
      {
        name: 'tell',
        setup: (bundling) => {
          bundling.onLoad({ filter: /\/(?:src\/.*\.ts|node_modules\/.*\.js)$/ }, ({ path }) => {
            const told = `globalThis.wincniModules.push(${JSON.stringify(moduleOf(path))});`;
            return { contents: `${told}${readFileSync(path, 'utf8')}`, loader: 'default' };
          });
        },
      },
    ],
  });
  return outfile;
}

/** "src/net/ip.ts"; of a package, its name alone. */
const moduleOf = (path: string): string =>
  /node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? relative(ROOT, path);

interface Input {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

function inputOf({ simulator, folder }: Place, command: string, prevResult: unknown): Input {
  const conf = {
    cniVersion: command === 'refused' ? 'none' : '1.1.0',
    name: 'cbr0',
    type: 'win-bridge',
    ipam: { type: 'host-local', dataDir: join(folder, 'leases'), subnet: '10.244.3.0/24' },
    ...(command === 'CHECK' ? { prevResult } : {}),
    ...(command === 'GC' ? { 'cni.dev/valid-attachments': [{ containerID: 'pod-0', ifname: 'eth0' }] } : {}),
  };
  const pod = podOf(0);
  return {
    env: {
      HNS_SIMULATOR: simulator.address,
      HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY,
      HNS_SIMULATOR_ROOT: folder,
      CNI_COMMAND: command === 'refused' ? 'ADD' : command,
      CNI_CONTAINERID: pod.containerId,
      CNI_NETNS: pod.namespace,
      CNI_IFNAME: 'eth0',
      CNI_PATH: folder,
    },
    stdin: JSON.stringify(conf),
  };
}

function loadedBy(
  place: Place,
  command: string,
  previous: unknown,
): { readonly told: Loaded; readonly stdout: string } {
  const { env, stdin } = inputOf(place, command, previous);
  const trace = join(place.folder, 'trace.json');
  const argv = [...EXEC_ARGV, '--require', PRELOAD, place.bundle];
  const { stdout, stderr } = spawnSync(place.system.node, argv, {
    cwd: ROOT,
    env: { ...env, WINCNI_TRACE: trace, NODE_PATH: join(ROOT, 'node_modules') },
    input: stdin,
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(`Cannot trace ${command}: ${stderr}`);
  return { told: JSON.parse(readFileSync(trace, 'utf8')) as Loaded, stdout };
}

/** The calls that name a file, as `open <leases>/cbr0/lock`. */
function filesOf({ folder }: Place, argv: readonly string[], { env, stdin }: Input): readonly string[] {
  const log = join(folder, 'strace');
  const args = ['-f', '-qq', '-e', 'trace=%file', '-e', 'signal=none', '-o', log, ...argv];
  const { status, error } = spawnSync('strace', args, { env, input: stdin, encoding: 'utf8' });
  if (error !== undefined || status === null)
    throw new Error('Cannot trace files: strace did not run', { cause: error });
  return [...readFileSync(log, 'utf8').matchAll(/^\d+ +(\w+)\((.*)$/gm)].flatMap(([, call = '', rest = '']) => {
    const paths = [...rest.matchAll(/"([^"]*)"/g)].map(([, path = '']) => anywhere(path, folder));
    const line = [named(call), ...paths].join(' ');
    // Of the machine, not of the program.
    return call === 'execve' || /^\S+ \/(?:sys|proc\/self)\//.test(line) ? [] : [line];
  });
}

const NAMES: Readonly<Record<string, string>> = { openat: 'open', newfstatat: 'stat', statx: 'stat' };
const named = (call: string): string => NAMES[call] ?? call;

/** A path as it would be on any machine. */
const anywhere = (path: string, folder: string): string =>
  path
    .replace(join(folder, 'bin', 'wincni-addons-'), '<bin>/wincni-addons-')
    .replace(/(wincni-addons-)[0-9a-f]{16}/, '$1<hash>')
    .replace(join(folder, 'bin'), '<bin>')
    .replace(join(folder, 'leases'), '<leases>')
    .replace(folder, '<root>')
    .replace(LINUX_LIBRARY, '<simulator>')
    .replace(/[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}/g, '<key>')
    .replace(/\/10\.244\.3\.\d+/, '/<address>')
    .replace(/^\/proc\/\d+/, '/proc/<pid>')
    .replace(/^\/sys\/fs\/cgroup\/.*\//, '/sys/fs/cgroup/<own>/');

function textOf(command: string, loaded: Loaded | undefined, files: readonly string[]): string {
  const { modules = [], builtins = [], addons = false } = loaded ?? {};
  const lines = [
    `${command}: ${addons ? 'with' : 'without'} addons`,
    ...[...builtins].sort(),
    ...byFolder(modules),
    ...files,
  ];
  return `${lines.join('\n  ')}\n`;
}

/** A line for each folder: "src/net: cidr ip". */
function byFolder(told: readonly string[]): readonly string[] {
  const modules = [...new Set(told)];
  const folders = [...new Set(modules.map((path) => dirname(path)))].sort();
  return folders.map((folder) => {
    const names = modules.filter((path) => dirname(path) === folder).map((path) => basename(path, '.ts'));
    return `${folder}: ${names.sort().join(' ')}`;
  });
}
