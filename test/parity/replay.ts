/** One scenario with our executable in the peer's place: what differs after each step. */
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { type Bindings, compare, type Difference, different } from './compare.ts';
import { isObject, type Json, mapTexts } from './json.ts';
import { createTool, type PluginCall, type ToolCommand, toolCommand } from './libcni.ts';
import type { Drive, Machine } from './machine.ts';
import { type Ended, isError, ourOutcome, recordedOutcome } from './outcome.ts';
import { type Context, type Seen, underRules } from './rules.ts';
import { type ClientStep, type Control, type PluginStep, type Scenario, type Step, seedDocuments } from './scenario.ts';

/** A difference with its place. */
export interface Found extends Difference {
  readonly scenario: string;
  /** From 0, as in the recording. */
  readonly step: number;
}

/** How long a process that has ended may take to be noticed by the service. */
const SETTLE_MS = 10_000;

export async function replay(machine: Machine, scenario: Scenario): Promise<readonly Found[]> {
  const simulator = await startSimulator({ seeds: seedDocuments(scenario), switches: { newGuid: numberedGuids() } });
  const drive = await machine.openDrive();
  const stage: Stage = { simulator, drive, tool: createTool(), attachments: new Set(), lists: {} };
  const bindings: Bindings = new Map();
  const found: Found[] = [];
  try {
    for (const [index, step] of scenario.steps.entries()) {
      const { ended, context } = await carryOut(stage, step);
      const ours = ourOutcome({ ...(ended && { ended }), dump: simulator.hns.dump(), files: drive.files() });
      const seen = underRules({ theirs: recordedOutcome(step), ours }, context);
      for (const each of differencesOf(seen, bindings)) found.push({ scenario: scenario.name, step: index, ...each });
    }
  } finally {
    await simulator.stop();
    drive.end();
  }
  return found;
}

/** The state first: there, things are found by their names, and what their ids stand for elsewhere is known then. */
const PARTS = ['endpoints', 'namespaces', 'networks', 'computeSystems', 'files', 'exitCode', 'stdout'] as const;

const differencesOf = ({ theirs, ours }: Seen, bindings: Bindings): readonly Difference[] =>
  PARTS.flatMap((part) => {
    const pair = { theirs: theirs[part], ours: ours[part] };
    // A result and an error have nothing in common that could be compared field by field.
    const isWhole = part === 'stdout' && isError(pair.theirs) !== isError(pair.ours);
    return isWhole ? different(pair, part, bindings) : compare(pair, part, bindings);
  });

/** Ids that HNS chooses, the same in every run. */
function numberedGuids(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `A0000000-0000-4000-8000-${last.toString(16).padStart(12, '0')}`;
  };
}

interface Stage {
  readonly simulator: LocalSimulator;
  readonly drive: Drive;
  /** Stands in for cnitool where the machine has none. */
  readonly tool: ReturnType<typeof createTool>;
  /** Attachments that our ADD made and nothing has removed since. */
  readonly attachments: Set<string>;
  /** Files of cnitool's configuration folder. */
  lists: Readonly<Record<string, Json>>;
}

interface Done {
  readonly ended?: Ended;
  readonly context: Context;
}

async function carryOut(stage: Stage, step: Step): Promise<Done> {
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
    // Containers end by a command of its own, which a simulator without containers does not have.
    const { endSystem } = simulator as LocalSimulator & { readonly endSystem?: (id: string) => Promise<void> };
    if (endSystem === undefined) throw new Error(`Cannot end "${what.id}": the simulator has no containers`);
    await endSystem(what.id);
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
