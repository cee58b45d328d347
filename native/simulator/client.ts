/** How tests and the demo get a simulator: in this process, as a child process, or one that runs already. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Commands, commandsOn, startControl } from './control.ts';
import { createDispatcher, type Dispatcher, type Serving } from './dispatch.ts';
import { createHns, type Hns, type Surroundings } from './hns.ts';
import { LOOPBACK, startService } from './service.ts';
import type { Switches } from './switches.ts';

/** A running simulator: each command of the control port as a function, and where it listens. */
export type Simulator = {
  readonly [K in keyof Commands]: (...args: Parameters<Commands[K]>) => Promise<Awaited<ReturnType<Commands[K]>>>;
} & {
  /** The value of the environment variable HNS_SIMULATOR for processes that are to use it. */
  readonly address: string;
  readonly port: number;
  readonly controlPort: number;
  /** Ends the service; the state is gone. */
  readonly stop: () => Promise<void>;
};

export interface Options {
  /** Seed documents: JSON texts or values. */
  readonly seeds?: readonly unknown[];
  /** 0, the default: the system chooses. */
  readonly port?: number;
}

/** A simulator in this process; its state machine and dispatcher are at hand, too. */
export type LocalSimulator = Simulator & { readonly hns: Hns; readonly dispatcher: Dispatcher };

export interface LocalOptions extends Options {
  readonly switches?: Partial<Switches> & Surroundings;
  readonly serving?: Partial<Serving>;
}

/** Starts the service inside this process. */
export async function startSimulator(options: LocalOptions = {}): Promise<LocalSimulator> {
  const hns = createHns(options.switches);
  const dispatcher = createDispatcher(hns, options.serving);
  for (const seed of options.seeds ?? []) hns.seed(seed);
  const service = await startService(hns, dispatcher, options.port);
  const commands = commandsOn(hns, dispatcher, service);
  const stop = async (): Promise<void> => {
    await Promise.all([service.stop(), control.stop()]);
  };
  const control = await startControl(commands, () => void stop());
  const run = (name: keyof Commands, value: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      resolve((commands[name] as (value: unknown) => unknown)(value));
    });
  return { ...faceOf(commands, run, { port: service.port, controlPort: control.port, stop }), hns, dispatcher };
}

/** Starts the service as a child process, which outlives its callers until `stop`. */
export async function spawnSimulator(options: Options = {}): Promise<Simulator> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), main, '--port', String(options.port ?? 0)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const ready = await firstLine(child.stdout, ended);
  const simulator = await connectControl(ready.controlPort, ready.port);
  const stop = (): Promise<void> => simulator.stop().then(() => ended);
  try {
    for (const seed of options.seeds ?? []) await simulator.seed(seed);
  } catch (refused) {
    await stop();
    throw refused;
  }
  return { ...simulator, stop };
}

interface Ready {
  readonly port: number;
  readonly controlPort: number;
}

function firstLine(output: NodeJS.ReadableStream, ended: Promise<void>): Promise<Ready> {
  return new Promise((resolve, reject) => {
    createInterface({ input: output }).once('line', (line) => {
      resolve(JSON.parse(line) as Ready);
    });
    void ended.then(() => {
      reject(new Error('Cannot start the simulator: it ended before it was ready'));
    });
  });
}

/** Names of the commands, for a proxy that has no `Commands` object at hand. */
const NAMES: Readonly<Record<keyof Commands, true>> = {
  ping: true,
  seed: true,
  dump: true,
  bootId: true,
  endSystem: true,
  trace: true,
  clearTrace: true,
  setFaults: true,
  setLatency: true,
  releaseHeld: true,
  held: true,
  processes: true,
  forgetProcesses: true,
  restartService: true,
  reboot: true,
  call: true,
  settle: true,
};

/** Reaches a simulator by its control port; `port` is that of its entry points, when it is known. */
export async function connectControl(controlPort: number, port = 0): Promise<Simulator> {
  const socket = connect({ host: LOOPBACK, port: controlPort, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => {
      resolve();
    });
    socket.once('error', reject);
  });
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (e: Error) => void }
  >();
  let last = 0;
  createInterface({ input: socket }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string };
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the simulator has ended'));
  });
  const run = (command: string, value: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.write(`${JSON.stringify({ id: last, command, value })}\n`);
    });
  const stop = async (): Promise<void> => {
    await run('stop', undefined);
    socket.destroy();
  };
  return faceOf(NAMES, run, { port, controlPort, stop });
}

function faceOf(
  names: Readonly<Record<keyof Commands, unknown>>,
  run: (name: keyof Commands, value: unknown) => Promise<unknown>,
  about: Ready & { readonly stop: () => Promise<void> },
): Simulator {
  const commands = Object.keys(names).map((name) => [name, (value: unknown) => run(name as keyof Commands, value)]);
  return { ...Object.fromEntries(commands), ...about, address: `${LOOPBACK}:${about.port}` } as Simulator;
}
