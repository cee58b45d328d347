/** One command from validated input to the text for stdout and the exit status; the process edge is main.ts. */
import { startDeadline } from './hns/deadline.ts';
import type { Native } from './hns/native.ts';
import { type CallRecord, openSession, type Session } from './hns/session.ts';
import { createDelegate, type Programs } from './ipam/delegate.ts';
import type { LeaseStore } from './ipam/lease.ts';
import { writeLog } from './log/log.ts';
import { add } from './plugins/add.ts';
import { check } from './plugins/check.ts';
import { type Defaults, decodeConf, type NetConf } from './plugins/conf.ts';
import { del } from './plugins/del.ts';
import type { Deps } from './plugins/deps.ts';
import { gc } from './plugins/gc.ts';
import { resultOf } from './plugins/result.ts';
import { notAvailable, status } from './plugins/status.ts';
import { type Command, type DelTarget, type Environment, readCommand, versionIn } from './spec/command.ts';
import { appendResult, readResult, writeResult } from './spec/convert.ts';
import type { Json } from './spec/decode.ts';
import { CniError, unmistakable } from './spec/error.ts';
import { NEWEST, versionResult } from './spec/version.ts';

/** What the process gives and takes; a test passes a plain object. */
export interface Io {
  readonly env: Environment;
  /** All of stdin; asked for once. */
  readonly stdin: () => Uint8Array;
  /** Takes the whole output in one synchronous write. */
  readonly stdout: (text: string) => void;
}

/** The parts that touch the machine; made only when a verb needs them. */
export interface Platform {
  readonly defaults: Defaults;
  /** A file as UTF-8, undefined when there is none. */
  readonly readText: (path: string) => string | undefined;
  readonly native: () => Native;
  readonly programs: Programs;
  readonly leases: (conf: NetConf, surroundings: Surroundings) => LeaseStore;
}

/** What a lease store needs of the command it works for. */
export interface Surroundings {
  readonly remainingMs: () => number;
  /** Told of records that cannot be read: they stay on disk and are named in the log. */
  readonly onUnreadable: (error: CniError) => void;
}

type ConfiguredCommand = Exclude<Command, { verb: 'VERSION' }>;

/** Runs one CNI command and answers the exit status: 0, or 1 with an error object on stdout (SPEC.md 1.1.0 section 5). */
export async function run(io: Io, platform: Platform): Promise<0 | 1> {
  let stdin: Uint8Array | undefined;
  try {
    const command = readCommand(io.env, () => {
      stdin = io.stdin();
      return stdin;
    });
    if (command.verb === 'VERSION') io.stdout(line(versionResult(command.cniVersion)));
    else await configuredVerb(io, platform, command);
    return 0;
  } catch (thrown) {
    const error = CniError.from(thrown).toJSON();
    const cniVersion = versionIn(stdin ?? inputOf(io)) ?? NEWEST;
    io.stdout(line({ cniVersion, ...(io.env['CNI_COMMAND'] === 'DEL' ? unmistakable(error) : error) }));
    return 1;
  }
}

/** A variable at fault is found before stdin is read, but the error is to be in the version that stdin states. */
function inputOf(io: Io): Uint8Array {
  try {
    return io.stdin();
  } catch {
    return new Uint8Array();
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

async function configuredVerb(io: Io, platform: Platform, command: ConfiguredCommand): Promise<void> {
  const isTeardown = command.verb === 'DEL' || command.verb === 'GC';
  const readText = ['ADD', 'STATUS'].includes(command.verb) ? platform.readText : undefined;
  const args = 'target' in command ? command.target.args : undefined;
  const conf = decodeConf(command.config, platform.defaults, { isTeardown, readText, args });
  const started = performance.now();
  const ledger: Ledger = { sessions: [], notes: [] };
  let failure: CniError | undefined;
  try {
    const deps = depsOf(platform, { io, conf, command }, ledger);
    await execute(io, deps, command);
  } catch (thrown) {
    const error = CniError.from(thrown);
    failure = command.verb === 'STATUS' ? notAvailable(error) : error;
    throw failure;
  } finally {
    for (const session of ledger.sessions) await session.close();
    const calls = ledger.sessions.flatMap((session) => session.calls);
    const ms = performance.now() - started;
    log({ command, conf, failure, notes: ledger.notes, calls, ms, trace: io.env['TRACEPARENT'] });
  }
}

/** What the command leaves for its end: sessions to close, and what is to stand in the log. */
interface Ledger {
  readonly sessions: Session[];
  readonly notes: string[];
}

type Given = Readonly<{ io: Io; conf: NetConf; command: ConfiguredCommand }>;

function depsOf(platform: Platform, { io, conf, command }: Given, { sessions, notes }: Ledger): Deps {
  const native = platform.native();
  const note = (thrown: unknown): void => {
    notes.push(CniError.from(thrown).message);
  };
  const open = (ms: number): Session => {
    const session = openSession(native, startDeadline(ms));
    sessions.push(session);
    return session;
  };
  const session = open(conf.timeoutMs);
  const { remainingMs } = session.deadline;
  const around = { programs: platform.programs, env: io.env, stdin: command.stdin, remainingMs };
  return {
    session,
    conf,
    leases: platform.leases(conf, { remainingMs, onUnreadable: note }),
    delegate: conf.ipam.source === 'plugin' ? createDelegate({ type: conf.ipam.type, ...around }) : undefined,
    aside: open,
    note,
  };
}

async function execute(io: Io, deps: Deps, command: ConfiguredCommand): Promise<void> {
  switch (command.verb) {
    case 'ADD': {
      // Read before anything is done: what cannot be passed on is refused while there is nothing to undo.
      const previous = deps.conf.prevResult === undefined ? undefined : readResult(deps.conf.prevResult, 'prevResult');
      const attached = await add(deps, command.target);
      const own = resultOf(attached, command.target);
      // Behind another plugin of the chain, the result is that plugin's with ours added (SPEC.md 1.1.0 section 2 "ADD").
      const whole = previous === undefined ? own : appendResult(previous, own);
      io.stdout(line(writeResult(whole, command.cniVersion)));
      await commit(deps, attached.lease.key);
      return;
    }
    case 'CHECK':
      return check(deps, command.target);
    case 'DEL':
      return del(deps, command.target);
    case 'GC':
      return gc(deps, command.config);
    case 'STATUS':
      return status(deps);
    default:
      return command satisfies never;
  }
}

/**
 * Only now does the runtime know of the attachment; until here a DEL has to expect half of one. The result is out, so that
 * a failure is no answer any more: the lease stays pending, which every other verb can deal with.
 */
async function commit({ leases, note }: Deps, key: string): Promise<void> {
  try {
    await leases.commit(key);
  } catch (failure) {
    note(failure);
  }
}

interface Outcome {
  readonly command: ConfiguredCommand;
  readonly conf: NetConf;
  readonly failure: CniError | undefined;
  /** What was noticed and left as it is. */
  readonly notes: readonly string[];
  readonly calls: readonly CallRecord[];
  readonly ms: number;
  /** W3C trace context, as libcni passes it on to plugins. */
  readonly trace: string | undefined;
}

function log({ command, conf, failure, notes, calls, ms, trace }: Outcome): void {
  writeLog(conf.log, failure === undefined ? 'info' : 'error', {
    verb: command.verb,
    network: conf.name,
    ...('target' in command ? targetFields(command.target) : {}),
    ...(trace === undefined || trace === '' ? {} : { traceparent: trace }),
    outcome: failure === undefined ? 'ok' : failure.toJSON(),
    ...(notes.length === 0 ? {} : { notes }),
    ms: Math.round(ms),
    hnsCalls: calls,
  });
}

function targetFields({ containerId, ifname, netns, args }: DelTarget): Json {
  const pod = args.podName === undefined ? {} : { pod: `${args.podNamespace ?? ''}/${args.podName}` };
  return { containerId, ifname, netns: netns ?? '', ...pod };
}
