/** The control port: one JSON line a command, one JSON line an answer; the commands are those of `Commands`. */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Reply, Request } from './call.ts';
import type { Dispatcher, Latency } from './dispatch.ts';
import type { Fault } from './faults.ts';
import type { Hns } from './hns.ts';
import type { ProcessReport } from './processes.ts';
import type { Dump } from './seed.ts';
import { listen, type Service, stopServer } from './service.ts';
import type { TraceEntry } from './trace.ts';

/** What can be told to a simulator, by name; each takes at most one value and answers one. */
export interface Commands {
  readonly ping: () => string;
  /** Adds the objects of a seed document. */
  readonly seed: (seed: unknown) => void;
  readonly dump: () => Dump;
  readonly bootId: () => string;
  /** A container ends, and HNS is not told. */
  readonly endSystem: (id: string) => void;
  readonly trace: () => readonly TraceEntry[];
  readonly clearTrace: () => void;
  /** Puts these rules in place of the present ones. */
  readonly setFaults: (rules: readonly Fault[]) => void;
  readonly setLatency: (latency: Latency) => void;
  readonly releaseHeld: () => number;
  readonly held: () => number;
  readonly processes: () => readonly ProcessReport[];
  /** Forgets the processes that have ended. */
  readonly forgetProcesses: () => void;
  readonly restartService: () => void;
  readonly reboot: () => void;
  /** One call past faults, latency and trace: what an operator does to the node between two commands. */
  readonly call: (request: Pick<Request, 'function' | 'args'>) => Reply;
  /** Waits until no process is connected; fails after that many milliseconds. */
  readonly settle: (milliseconds: number) => Promise<void>;
}

/** Who calls when a command does. */
const OPERATOR = 'control';

/** The commands on parts in this process. */
export function commandsOn(hns: Hns, dispatcher: Dispatcher, service: Service): Commands {
  return {
    ping: () => 'pong',
    seed: hns.seed,
    dump: hns.dump,
    bootId: hns.bootId,
    endSystem: hns.endSystem,
    trace: dispatcher.trace,
    clearTrace: dispatcher.clearTrace,
    setFaults: dispatcher.faults.set,
    setLatency: dispatcher.setLatency,
    releaseHeld: dispatcher.releaseHeld,
    held: dispatcher.held,
    processes: () => hns.processes.report().filter(({ process }) => process !== OPERATOR),
    forgetProcesses: hns.processes.forget,
    restartService: hns.restartService,
    reboot: hns.reboot,
    call: (request) => hns.call({ ...request, process: OPERATOR }),
    settle: service.settle,
  };
}

export interface Control {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Listens for commands; `onStop` is run when one says `stop`, after it was answered. */
export async function startControl(commands: Commands, onStop: () => void, port = 0): Promise<Control> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      const read = lineOf(line);
      void answer(commands, read).then((text) => {
        socket.write(`${text}\n`, () => {
          if (read.command === 'stop') onStop();
        });
      });
    });
  });
  return { port: await listen(server, port), stop: () => stopServer(server, sockets) };
}

/** A command line: `{"id":1,"command":"seed","value":{…}}`. */
interface Line {
  readonly id?: unknown;
  readonly command?: unknown;
  readonly value?: unknown;
}

/** What cannot be read is a command that does not exist. */
function lineOf(line: string): Line {
  try {
    return Object(JSON.parse(line)) as Line;
  } catch {
    return { command: line };
  }
}

async function answer(commands: Commands, { id, command, value }: Line): Promise<string> {
  if (command === 'stop') return JSON.stringify({ id });
  try {
    const run = Object.hasOwn(commands, String(command)) ? commands[command as keyof Commands] : undefined;
    if (run === undefined) throw new RangeError(`there is no command "${String(command)}"`);
    return JSON.stringify({ id, result: await (run as (value: unknown) => unknown)(value) });
  } catch (failure) {
    return JSON.stringify({ id, error: failure instanceof Error ? failure.message : String(failure) });
  }
}
