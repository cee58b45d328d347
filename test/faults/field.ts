/** One node for one disturbed command: a machine of its own, commands with a limit, and what they ended with. */
import { isObject, type Json, parseOne } from '../conformance/json.ts';
import type { Ended, Subject } from '../conformance/subject.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import { list, type Pod } from '../support/node.ts';
import type { Scene, ScenePod } from './scene.ts';

/** What all nodes share. */
export interface Bench {
  readonly subject: Subject;
  /** Where the plugin finds other plugins, as it has to be told of it. */
  readonly cniPath: string;
  /** The newest version of the specification that it speaks. */
  readonly cniVersion: string;
  /** Whether pods have host ports: not every plugin takes them. */
  readonly hasHostPorts: boolean;
  /** A command that takes longer hangs. */
  readonly limitMs: number;
  /** What a command is given where HNS will not answer it, and where it will. */
  readonly shortSeconds: number;
  readonly usualSeconds: number;
}

export interface Ran extends Ended {
  /** Ended by the limit. */
  readonly hung: boolean;
  /** Ended by anybody: the limit, a fault or the runtime. */
  readonly killed: boolean;
  /** stdout when it is one JSON object. */
  readonly json: Json | undefined;
}

export interface Command {
  readonly conf?: Json;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** When the runtime kills the command. */
  readonly kill?: AbortSignal;
}

export interface Field {
  readonly machine: Machine;
  readonly run: (verb: string, pod: Pod | undefined, command?: Command) => Promise<Ran>;
  /** The configuration of a pod's ADD and DEL, or of GC without one. */
  readonly conf: (pod: ScenePod | undefined, more?: Json) => Json;
  /** Names of files that claim host ports. */
  readonly claims: () => readonly string[];
}

const NOBODY: Pod = { containerId: '', ifname: '' };

export async function openField(bench: Bench, scene: Scene): Promise<Field> {
  const { subject } = bench;
  const start = async (
    env: Readonly<Record<string, string>>,
    stdin: string | Buffer,
    kill?: AbortSignal,
  ): Promise<Ran> => {
    const limit = AbortSignal.timeout(bench.limitMs);
    const signal = kill === undefined ? limit : AbortSignal.any([kill, limit]);
    const ended = await subject.run(env, Buffer.from(stdin), { simulator: machine.simulator, kill: signal });
    const killed = ended.code !== 0 && ended.code !== 1;
    const json = parseOne(ended.stdout);
    return { ...ended, killed, hung: killed && limit.aborted, json: isObject(json) ? json : undefined };
  };
  const machine = await createMachine({ path: subject.path, run: start }, scene.seed);
  const { simulator } = machine;
  return {
    machine,
    run: async (verb, pod = NOBODY, { conf = {}, env = {}, kill } = {}) => {
      const given = { ...machine.env(verb, pod), CNI_PATH: bench.cniPath, ...env };
      const ran = await start(given, JSON.stringify(conf), kill);
      // What was ended has let go of nothing, and need not have.
      if (ran.killed) await simulator.settle(SETTLE_MS).then(simulator.forgetProcesses);
      return ran;
    },
    conf: (pod, more = {}) => {
      const base = machine.conf({ ...scene.conf, ...OURS, timeoutSeconds: bench.usualSeconds });
      const ipam = { ...(machine.conf()['ipam'] as Json), ...(scene.conf['ipam'] as Json | undefined) };
      const ports = pod === undefined || !bench.hasHostPorts ? {} : portsOf(pod);
      return { ...base, ipam, cniVersion: bench.cniVersion, ...ports, ...more };
    },
    claims: () => list(`${machine.dataDir}/.wincni/ports`).filter((name) => name.endsWith('.json')),
  };
}

/** Until the simulator has noticed that a process is gone. */
const SETTLE_MS = 5000;
/** Longer than anything here lasts. */
const OURS = { tombstoneSeconds: 600 };

const portsOf = ({ hostPort }: ScenePod): Json => ({
  runtimeConfig: { portMappings: [{ hostPort, containerPort: 80, protocol: 'tcp' }] },
});
