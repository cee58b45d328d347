/** One command from validated input to the text for stdout and the exit status; the process edge is main.ts. */

import { startDeadline } from './hns/deadline.ts';
import type { Native } from './hns/native.ts';
import { type CallRecord, openSession, type Session } from './hns/session.ts';
import type { LeaseStore } from './ipam/lease.ts';
import { writeLog } from './log/log.ts';
import { add } from './plugins/add.ts';
import { check } from './plugins/check.ts';
import { type Defaults, decodeConf, type NetConf } from './plugins/conf.ts';
import { del } from './plugins/del.ts';
import type { Deps } from './plugins/deps.ts';
import { resultOf } from './plugins/result.ts';
import { type Command, type Environment, readCommand } from './spec/command.ts';
import { CniError } from './spec/error.ts';
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
  readonly native: () => Native;
  readonly leases: (conf: NetConf, surroundings: Surroundings) => LeaseStore;
}

/** What a lease store needs of the command it works for. */
export interface Surroundings {
  readonly remainingMs: () => number;
  /** Told of records that cannot be read: they stay on disk and are named in the log. */
  readonly onUnreadable: (error: CniError) => void;
}

type AttachmentCommand = Exclude<Command, { verb: 'VERSION' }>;

/** Runs one CNI command and answers the exit status: 0, or 1 with an error object on stdout (SPEC.md 1.1.0 section 5). */
export async function run(io: Io, platform: Platform): Promise<0 | 1> {
  let cniVersion: string = NEWEST;
  try {
    const command = readCommand(io.env, io.stdin);
    cniVersion = command.cniVersion ?? NEWEST;
    if (command.verb === 'VERSION') io.stdout(line(versionResult(command.cniVersion)));
    else await attachmentVerb(io, platform, command);
    return 0;
  } catch (thrown) {
    io.stdout(line({ cniVersion, ...CniError.from(thrown).toJSON() }));
    return 1;
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

async function attachmentVerb(io: Io, platform: Platform, command: AttachmentCommand): Promise<void> {
  const conf = decodeConf(command.config, platform.defaults);
  const started = performance.now();
  const sessions: Session[] = [];
  const notes: string[] = [];
  let failure: CniError | undefined;
  try {
    const deps = depsOf(platform, conf, { sessions, notes });
    await execute(io, deps, command);
  } catch (thrown) {
    failure = CniError.from(thrown);
    throw failure;
  } finally {
    for (const session of sessions) await session.close();
    const calls = sessions.flatMap((session) => session.calls);
    log({ command, conf, failure, notes, calls, ms: performance.now() - started });
  }
}

/** What the command leaves for its end: sessions to close, and what is to stand in the log. */
interface Ledger {
  readonly sessions: Session[];
  readonly notes: string[];
}

function depsOf(platform: Platform, conf: NetConf, { sessions, notes }: Ledger): Deps {
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
  const leases = platform.leases(conf, {
    remainingMs: session.deadline.remainingMs,
    onUnreadable: note,
  });
  return { session, conf, leases, aside: open, note };
}

async function execute(io: Io, deps: Deps, command: AttachmentCommand): Promise<void> {
  switch (command.verb) {
    case 'ADD': {
      const attached = await add(deps, command.target);
      const { target, cniVersion } = command;
      io.stdout(line(resultOf(attached, { target, conf: deps.conf, cniVersion })));
      await commit(deps, attached.lease.key);
      return;
    }
    case 'CHECK':
      return check(deps, command.target);
    case 'DEL':
      return del(deps, command.target);
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
  readonly command: AttachmentCommand;
  readonly conf: NetConf;
  readonly failure: CniError | undefined;
  /** What was noticed and left as it is. */
  readonly notes: readonly string[];
  readonly calls: readonly CallRecord[];
  readonly ms: number;
}

function log({ command, conf, failure, notes, calls, ms }: Outcome): void {
  const { containerId, ifname, netns, args } = command.target;
  const pod = args.podName === undefined ? {} : { pod: `${args.podNamespace ?? ''}/${args.podName}` };
  writeLog(conf.log, failure === undefined ? 'info' : 'error', {
    verb: command.verb,
    network: conf.name,
    containerId,
    ifname,
    netns: netns ?? '',
    ...pod,
    outcome: failure === undefined ? 'ok' : failure.toJSON(),
    ...(notes.length === 0 ? {} : { notes }),
    ms: Math.round(ms),
    hnsCalls: calls,
  });
}
