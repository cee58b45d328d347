/**
 * cnitool's steps for an executable started directly: what libcni v1.3.0 (libcni/api.go) gives to the one plugin of a list, what it
 * remembers of a result, and what cnitool prints of the answer. Under Wine the real cnitool.exe takes its place.
 */
import { createHash } from 'node:crypto';
import { isObject, type Json, objects } from '../conformance/json.ts';
import { decoded } from './json.ts';
import type { Ended } from './outcome.ts';

/** The current folder of the recorded cnitool, where it places the namespace it is given. */
const FOLDER = 'C:\\cni\\run';
const IFNAME = 'eth0';

/** One command of cnitool: `add cbr0 5B0A8F4E-…`. */
export interface ToolCommand {
  readonly verb: string;
  readonly network: string;
  readonly containerId: string;
  /** As cnitool hands it on: a path. */
  readonly netns: string;
}

/** What a command line says; the container is named after its namespace. */
export function toolCommand(line: string): ToolCommand {
  const [verb = '', network = '', namespace = ''] = line.split(' ');
  const netns = `${FOLDER}\\${namespace}`;
  const digest = createHash('sha512').update(netns).digest('hex');
  return { verb, network, containerId: `cnitool-${digest.slice(0, 20)}`, netns };
}

/** What the plugin is started with. */
export interface PluginCall {
  readonly plugin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config: Json;
}

export interface Tool {
  /** Runs one command; `run` starts the plugin. Several calls where libcni makes several. */
  readonly run: (command: ToolCommand, given: Given) => Promise<Ended>;
}

export interface Given {
  readonly list: Json;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (call: PluginCall) => Promise<Ended>;
}

type Handle = (about: About) => Promise<Ended>;
interface About extends Given {
  readonly command: ToolCommand;
  readonly results: Map<string, unknown>;
}

const SILENT: Ended = { code: 0, stdout: '' };

/** A cnitool that has seen nothing yet. */
export function createTool(): Tool {
  const results = new Map<string, unknown>();
  return {
    run: (command, given) => {
      const handle = VERBS[command.verb];
      if (handle === undefined) throw new Error(`Cannot run cnitool "${command.verb}", expected a verb of CNI`);
      return handle({ ...given, command, results });
    },
  };
}

const VERBS: Readonly<Record<string, Handle>> = {
  add: async (about) => {
    const ended = await call(about, 'ADD', runtimeConfig(about));
    if (ended.code === 0) about.results.set(keyOf(about.command), decoded(ended.stdout));
    return { code: outcome(ended), stdout: ended.code === 0 ? ended.stdout : '' };
  },
  check: async (about) => {
    if (!isAtLeast(about, '0.4.0')) return { code: 1, stdout: '' };
    return quiet(await call(about, 'CHECK', { ...remembered(about), ...runtimeConfig(about) }));
  },
  del: async (about) => del(about),
  gc: async (about) => {
    const key = keyOf(about.command);
    // cnitool names no attachment as valid, so that libcni deletes what it remembers.
    const deleted = about.results.has(key) ? await del(about) : SILENT;
    if (!isAtLeast(about, '1.1.0')) return deleted;
    const collected = quiet(await call(about, 'GC', {}));
    return deleted.code === 0 ? collected : deleted;
  },
  status: async (about) => (isAtLeast(about, '1.1.0') ? quiet(await call(about, 'STATUS', {})) : SILENT),
};

async function del(about: About): Promise<Ended> {
  const previous = isAtLeast(about, '0.4.0') ? remembered(about) : {};
  const ended = quiet(await call(about, 'DEL', { ...previous, ...runtimeConfig(about) }));
  if (ended.code === 0) about.results.delete(keyOf(about.command));
  return ended;
}

/** `name` and `cniVersion` of the list are given to each of its plugins; GC and STATUS are about no container. */
function call({ list, env, run, command }: About, verb: string, injected: Json): Promise<Ended> {
  const isOfContainer = verb !== 'GC' && verb !== 'STATUS';
  return run({
    plugin: String(pluginOf(list)['type']),
    env: {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: isOfContainer ? command.containerId : '',
      CNI_NETNS: isOfContainer ? command.netns : '',
      CNI_IFNAME: isOfContainer ? IFNAME : '',
      CNI_ARGS: '',
      CNI_PATH: env['CNI_PATH'] ?? '',
    },
    config: { ...pluginOf(list), name: list['name'], cniVersion: list['cniVersion'], ...injected },
  });
}

function pluginOf(list: Json): Json {
  const [plugin, second] = objects(list['plugins']);
  if (plugin !== undefined && second === undefined) return plugin;
  throw new Error('Cannot run the list: it has not one plugin, as those of the recordings have');
}

const keyOf = ({ network, containerId }: ToolCommand): string => `${network} ${containerId}`;

const remembered = ({ results, command }: About): Json => {
  const prevResult = results.get(keyOf(command));
  return prevResult === undefined ? {} : { prevResult };
};

/** CAP_ARGS as far as the plugin declares the capabilities. */
function runtimeConfig({ list, env }: About): Json {
  const given = decoded(env['CAP_ARGS'] ?? '{}');
  const declared = pluginOf(list)['capabilities'];
  if (!isObject(given) || !isObject(declared)) return {};
  const wanted = Object.entries(given).filter(([name]) => declared[name] === true);
  return wanted.length === 0 ? {} : { runtimeConfig: Object.fromEntries(wanted) };
}

function isAtLeast({ list }: About, version: string): boolean {
  const numbers = (text: string): number => text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
  return numbers(String(list['cniVersion'])) >= numbers(version);
}

/** Of what the plugin prints, cnitool prints nothing but the result of an ADD. A plugin that is killed is an error, too. */
const quiet = (ended: Ended): Ended => ({ code: outcome(ended), stdout: '' });
const outcome = ({ code }: Ended): number => (code === 0 ? 0 : 1);
