/** One step of a scenario: a plugin started under the peer's name, cnitool, or something done to the service. */
import type { LocalSimulator } from '../../native/simulator/client.ts';
import { isObject, type Json } from '../conformance/json.ts';
import { mapTexts } from './json.ts';
import { type PluginCall, type Tool, type ToolCommand, toolCommand } from './libcni.ts';
import type { Drive } from './machine.ts';
import type { Ended } from './outcome.ts';
import type { Context } from './rules.ts';
import type { ClientStep, Control, PluginStep, Step } from './scenario.ts';

/** How long a process that has ended may take to be noticed by the service. */
const SETTLE_MS = 10_000;

/** What the steps of one scenario share. */
export interface Stage {
  readonly simulator: LocalSimulator;
  readonly drive: Drive;
  /** Stands in for cnitool where the machine has none. */
  readonly tool: Tool;
  /** Attachments that our ADD made and nothing has removed since. */
  readonly attachments: Set<string>;
  /** Files of cnitool's configuration folder. */
  lists: Readonly<Record<string, Json>>;
}

export interface Done {
  /** Not there when no command was run. */
  readonly ended?: Ended;
  readonly context: Context;
}

export async function carryOut(stage: Stage, step: Step): Promise<Done> {
  if ('control' in step) {
    await control(stage.simulator, step.control);
    return { context: { ifname: undefined, netns: undefined, isRepeatedAdd: false, isClient: false } };
  }
  await stage.simulator.setFaults(step.faults ?? []);
  const done = 'client' in step ? await runClient(stage, step) : await runPlugin(stage, step);
  await stage.simulator.settle(SETTLE_MS);
  return done;
}

async function control(simulator: LocalSimulator, what: Control): Promise<void> {
  if (what.cmd === 'namespace') {
    const { hresult } = await simulator.call({ function: 'HcnDeleteNamespace', args: { id: what.delete } });
    if (hresult !== 0) throw new Error(`Cannot delete the namespace "${what.delete}"`);
  } else if (what.remove !== true) {
    await simulator.seed({ computeSystems: [{ Id: what.id }] });
  } else {
    await simulator.endSystem(what.id);
  }
}

async function runPlugin(stage: Stage, step: PluginStep): Promise<Done> {
  const { plugin, env, stdin } = step;
  const ended = await start(stage, { plugin, env, config: stdin });
  const { CNI_COMMAND: verb = '', CNI_IFNAME: ifname, CNI_NETNS: netns, CNI_CONTAINERID: id = '' } = env;
  const network = isObject(stdin) ? String(stdin['name']) : '';
  const isRepeatedAdd = remember(stage, verb, { network, id, ifname, ended });
  return { ended, context: { ifname, netns, isRepeatedAdd, isClient: false } };
}

async function runClient(stage: Stage, step: ClientStep): Promise<Done> {
  stage.lists = step.netConf ?? stage.lists;
  const command = toolCommand(step.command);
  const ended = await (stage.drive.cnitool === undefined
    ? withoutTool(stage, step, command)
    : stage.drive.cnitool({
        args: step.command.split(' '),
        env: { ...step.env, HNS_SIMULATOR: stage.simulator.address },
        files: Object.fromEntries(Object.entries(stage.lists).map(([name, list]) => [name, JSON.stringify(list)])),
      }));
  const { verb, network, containerId: id, netns } = command;
  const isRepeatedAdd = remember(stage, verb.toUpperCase(), { network, id, ifname: 'eth0', ended });
  return { ended, context: { ifname: 'eth0', netns, isRepeatedAdd, isClient: true } };
}

function withoutTool(stage: Stage, { env }: ClientStep, command: ToolCommand): Promise<Ended> {
  const list = Object.values(stage.lists)[0] ?? {};
  return stage.tool.run(command, { list, env, run: (call) => start(stage, call) });
}

/** Runs the executable under the peer's name. Paths of the recording are put where this machine has them. */
function start(
  { simulator, drive }: Stage,
  { plugin, env, config }: Omit<PluginCall, 'config'> & { config: unknown },
): Promise<Ended> {
  const { CNI_NETNS: netns } = env;
  // A namespace may be given as a path, but is none of the drive; a result says it again.
  const placed = (text: string): string => (/^[A-Z]:\\/i.test(text) && text !== netns ? drive.path(text) : text);
  return drive.run({
    plugin,
    env: {
      HNS_SIMULATOR: simulator.address,
      HNS_SIMULATOR_BOOT: simulator.hns.bootId(),
      ...(mapTexts(env, placed) as typeof env),
    },
    stdin: typeof config === 'string' ? config : JSON.stringify(mapTexts(config, placed)),
  });
}

interface Attachment {
  readonly network: string;
  readonly id: string;
  readonly ifname: string | undefined;
  readonly ended: Ended;
}

/** Keeps the list of attachments; tells whether an ADD was of one that is on it. */
function remember({ attachments }: Stage, verb: string, { network, id, ifname, ended }: Attachment): boolean {
  const key = [network, id, ifname].join(' ');
  const isRepeatedAdd = verb === 'ADD' && attachments.has(key);
  if (ended.code === 0 && verb === 'ADD') attachments.add(key);
  if (ended.code === 0 && verb === 'DEL') attachments.delete(key);
  if (ended.code === 0 && verb === 'GC')
    for (const each of attachments) if (each.startsWith(`${network} `)) attachments.delete(each);
  return isRepeatedAdd;
}
