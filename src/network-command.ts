/** One command of a network plugin: its configuration, a session with HNS, the leases, the verb, and the line in the log. */

import { decodeConf, type NetworkPlugin } from './dialects/choose.ts';
import type { NetConf } from './dialects/net-conf.ts';
import { elapsedMs } from './ffi/elapsed.ts';
import { startDeadline } from './hns/deadline.ts';
import type { Native } from './hns/native.ts';
import { NO_PATIENCE, patience } from './hns/retry.ts';
import { type CallRecord, openSession, type Session } from './hns/session.ts';
import { createDelegate } from './ipam/delegate.ts';
import type { Lease } from './ipam/lease.ts';
import { writeLog } from './log/log.ts';
import type { Io, Platform } from './platform.ts';
import { add } from './plugins/add.ts';
import { addressesOf } from './plugins/addresses.ts';
import { check } from './plugins/check.ts';
import { del } from './plugins/del.ts';
import type { Deps } from './plugins/deps.ts';
import { gc } from './plugins/gc.ts';
import { resultOf } from './plugins/result.ts';
import { notAvailable, status } from './plugins/status.ts';
import type { Attached } from './plugins/verify.ts';
import { NO_ARGUMENTS } from './spec/arguments.ts';
import type { ConfiguredCommand, DelTarget } from './spec/command.ts';
import { appendResult, readResult, writeResult } from './spec/convert.ts';
import type { Json } from './spec/decode.ts';
import { CniError } from './spec/error.ts';

/** Runs the command of `plugin`; throws what is to be printed. */
export async function networkCommand(
  io: Io,
  platform: Platform,
  { plugin, command }: { readonly plugin: NetworkPlugin; readonly command: ConfiguredCommand },
): Promise<void> {
  const conf = decodeConf(plugin, command.config, {
    defaults: platform.defaults,
    args: 'target' in command ? command.target.args : NO_ARGUMENTS,
    readText: command.verb === 'ADD' || command.verb === 'STATUS' ? platform.files.readText : undefined,
    isTeardown: command.verb === 'DEL' || command.verb === 'GC',
  });
  const started = elapsedMs();
  const ledger: Ledger = { sessions: [], notes: [...conf.notes] };
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
    const ms = elapsedMs() - started;
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
  let loaded: Native | undefined;
  const native = (): Native => (loaded ??= platform.native());
  const note = (thrown: unknown): void => {
    notes.push(CniError.from(thrown).message);
  };
  // STATUS says what is now, and comes again in seconds.
  const waits = command.verb === 'STATUS' ? NO_PATIENCE : patience(platform.pause);
  const open = (ms: number): Session => {
    const session = openSession(native, startDeadline(ms), waits);
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
    remark: (sentence) => {
      notes.push(sentence);
    },
  };
}

async function execute(io: Io, deps: Deps, command: ConfiguredCommand): Promise<void> {
  switch (command.verb) {
    case 'ADD': {
      // Read before anything is done: what cannot be passed on is refused while there is nothing to undo.
      const previous = deps.conf.prevResult === undefined ? undefined : readResult(deps.conf.prevResult, 'prevResult');
      const attached = await add(deps, command.target);
      deps.session.release();
      const own = resultOf(attached, command.target);
      // Behind another plugin of the chain, the result is that plugin's with ours added (SPEC.md 1.1.0 section 2 "ADD").
      const whole = previous === undefined ? own : appendResult(previous, own);
      io.stdout(`${JSON.stringify(writeResult(whole, command.cniVersion))}\n`);
      if (attached.lease !== undefined) await commit(deps, { ...attached, lease: attached.lease });
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
async function commit(
  { leases, note }: Deps,
  { lease, endpoint }: Attached & { readonly lease: Lease },
): Promise<void> {
  try {
    await leases.commit(lease.key, addressesOf(endpoint));
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
