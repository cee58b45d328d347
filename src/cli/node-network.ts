/** `wincni node up` and `wincni node down`: their options, and the real parts that node/ works with. */
import { readFileSync } from 'node:fs';
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
import { DEFAULT_TIMEOUT_MS, decodeNodeConfig, type NodeConfig, type NodeKey, timeout } from '../node/node-config.ts';
import { nodeDown } from '../node/node-down.ts';
import { nodeUp } from '../node/node-up.ts';
import type { NodePorts } from '../node/node-work.ts';
import { decodeConfig, MAX_STDIN_BYTES } from '../spec/command.ts';
import type { Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { complainOf } from './report.ts';
import { type CliCommand, type CliOption, type Exit, type Shell, UsageError, type Values } from './shell.ts';

const CONFIG: CliOption = { type: 'string', value: 'FILE', help: 'the configuration, JSON; options win over its keys' };
const PLAN: CliOption = { type: 'boolean', help: 'says what it would do, and does nothing' };

const TIMEOUT: CliOption = {
  type: 'string',
  value: 'S',
  help: `how long adapter and address may take (default ${DEFAULT_TIMEOUT_MS / 1000})`,
};

/** The key of the configuration that an option stands for. */
const KEY_OF: Readonly<Record<string, NodeKey>> = {
  name: 'name',
  type: 'type',
  'pod-cidr': 'podCidr',
  'adapter-name': 'adapter',
  'adapter-address': 'adapter',
  'adapter-pattern': 'adapter',
  vsid: 'vsid',
  port: 'port',
  'external-network': 'externalNetwork',
  'timeout-seconds': 'timeoutSeconds',
};

const KEYS: CliCommand['options'] = {
  name: { type: 'string', value: 'NAME', help: 'of the HNS network' },
  type: { type: 'string', value: 'TYPE', help: 'L2Bridge, Overlay, L2Tunnel or NAT' },
  'pod-cidr': { type: 'string', value: 'CIDR,...', help: "the node's pod CIDR, one of each family" },
  'adapter-name': {
    type: 'string',
    value: 'NAME',
    help: 'the adapter by its alias (default: that of the default route)',
  },
  'adapter-address': { type: 'string', value: 'IP', help: 'the adapter by an address' },
  'adapter-pattern': { type: 'string', value: 'TEXT', help: 'the adapter by alias or description, with * and ?' },
  vsid: { type: 'string', value: 'N', help: 'of an overlay, from 4096 (default 4096)' },
  port: { type: 'string', value: 'N', help: 'UDP, of an overlay (default 4789)' },
  'external-network': { type: 'string', value: 'NAME', help: 'makes a tiny network first, which takes the adapter' },
  'timeout-seconds': TIMEOUT,
};

export const NODE_UP: CliCommand = {
  name: 'node up',
  help: "makes or adopts the HNS network of this node's pods, and keeps the adapter's addresses and routes",
  options: {
    config: CONFIG,
    ...KEYS,
    plan: PLAN,
    replace: { type: 'boolean', help: 'a network that differs is made anew, when no pod is on it' },
  },
  run: (values, shell) => nodeUpOn(values, shell, () => portsOf(shell)),
};

export const NODE_DOWN: CliCommand = {
  name: 'node down',
  help: 'removes the HNS network that node up made; with --config also one that others made',
  options: {
    config: CONFIG,
    name: { type: 'string', value: 'NAME', help: 'of the HNS network, without a configuration' },
    'timeout-seconds': TIMEOUT,
    plan: PLAN,
    force: { type: 'boolean', help: 'also when endpoints of pods go with it' },
  },
  run: (values, shell) => nodeDownOn(values, shell, () => portsOf(shell)),
};

function portsOf({ windows, defaults, system, print, complain }: Shell): NodePorts {
  const found = system();
  const native = entryPoints(found);
  return {
    ipHelper: ipHelper(iphlpapi(found)),
    openHns: (ms) => openSession(() => native, startDeadline(ms), patience(pause)),
    files: nodeFiles({ windows }),
    lock: createFileLock(),
    // The date at the start of the process, and from there on no setting of the clock is followed.
    clock: { now: () => performance.timeOrigin + performance.now(), sleep: pause },
    folder: dirname(defaults.logFile),
    print,
    complain,
  };
}

/** `ports` are made when the arguments are good. */
export function nodeUpOn(values: Values, shell: Shell, ports: () => NodePorts): Promise<Exit> {
  const given = optionsIn(values);
  return reporting(shell, () => {
    const options = { plan: values['plan'] === true, replace: values['replace'] === true };
    return nodeUp(configOf(values, given), options, ports());
  });
}

export function nodeDownOn(values: Values, shell: Shell, ports: () => NodePorts): Promise<Exit> {
  const [name, file] = [values['name'], values['config']];
  if ((name === undefined) === (file === undefined)) throw new UsageError('expected --config FILE or --name NAME');
  const seconds = optionsIn(values)['timeoutSeconds'];
  const given = seconds === undefined ? undefined : ofCommandLine(() => timeout(seconds, '--timeout-seconds'));
  return reporting(shell, () => {
    const config = file === undefined ? undefined : decodeNodeConfig(fileIn(values));
    const options = {
      name: config?.name ?? String(name),
      externalNetwork: config?.externalNetwork,
      isConfigured: config !== undefined,
      force: values['force'] === true,
      plan: values['plan'] === true,
      timeoutMs: given ?? config?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    };
    return nodeDown(options, ports());
  });
}

async function reporting(shell: Shell, run: () => Promise<Exit>): Promise<Exit> {
  try {
    return await run();
  } catch (failure) {
    if (failure instanceof UsageError) throw failure;
    complainOf(CniError.from(failure), shell);
    return 1;
  }
}

/** The keys that options give. */
function optionsIn(values: Values): Json {
  const entries = Object.entries(KEY_OF).flatMap(([option, key]) => {
    const value = values[option];
    return typeof value === 'string' ? [[key, jsonOf(option, value)] as const] : [];
  });
  const adapters = entries.filter(([key]) => key === 'adapter');
  if (adapters.length > 1)
    throw new UsageError('--adapter-name, --adapter-address and --adapter-pattern exclude each other');
  return Object.fromEntries(entries);
}

function jsonOf(option: string, value: string): unknown {
  if (option.startsWith('adapter-')) return { [option.slice('adapter-'.length)]: value };
  if (option === 'pod-cidr') return value.split(',').map((one) => one.trim());
  const isNumber = ['vsid', 'port', 'timeout-seconds'].includes(option) && /^\d+$/.test(value);
  return isNumber ? Number(value) : value;
}

/** Keys that neither file nor options have are missing on the command line. */
function configOf(values: Values, given: Json): NodeConfig {
  const file = values['config'] === undefined ? {} : fileIn(values);
  const isOption = (key: NodeKey): boolean => Object.hasOwn(given, key) || values['config'] === undefined;
  const optionOf = (key: NodeKey): string =>
    Object.keys(KEY_OF).find((option) => KEY_OF[option] === key && values[option] !== undefined) ?? longName(key);
  const others = Object.entries(file).filter(([key]) =>
    Object.keys(given).every((own) => own.toLowerCase() !== key.toLowerCase()),
  );
  return ofCommandLine(() =>
    decodeNodeConfig({ ...Object.fromEntries(others), ...given }, (key) =>
      isOption(key) ? `--${optionOf(key)}` : key,
    ),
  );
}

/** An error in an option is one of the command line. */
function ofCommandLine<T>(decode: () => T): T {
  try {
    return decode();
  } catch (failure) {
    const [, text] = failure instanceof CniError ? (/^Cannot use (--.*)$/.exec(failure.message) ?? []) : [];
    throw text === undefined ? failure : new UsageError(text);
  }
}

const longName = (key: NodeKey): string => Object.keys(KEY_OF).find((option) => KEY_OF[option] === key) ?? key;

function fileIn(values: Values): Json {
  const path = String(values['config']);
  try {
    return decodeConfig(readFileSync(path), { what: `the configuration in "${path}"`, maxBytes: MAX_STDIN_BYTES });
  } catch (cause) {
    if (cause instanceof CniError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CniError(Code.Io, `Cannot read the configuration in "${path}": ${reason}`, { cause });
  }
}
