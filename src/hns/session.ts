/** One command's dealings with HNS: each call raced against the deadline, counted, its failure put into words. */
import { elapsedMs } from '../ffi/elapsed.ts';
import { CniError, Code } from '../spec/error.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { keepHandles } from './handles.ts';
import type { Answer, Handle, HandleKind, Native } from './native.ts';
import { NO_PATIENCE, type Patience, retrier } from './retry.ts';
import { hex, type Status, statusOf } from './status.ts';

export interface CallRecord {
  readonly call: string;
  readonly ms: number;
  /** Absent when HNS did not answer in time. */
  readonly hr?: string;
}

/** What every answer of the port has. */
export type Outcome = Pick<Answer, 'hr' | 'error'>;

/** Which call is made, and for what, in the words of an error: "create endpoint "x"". */
export interface Purpose {
  readonly call: string;
  readonly task: string;
}

export interface Session {
  readonly deadline: Deadline;
  /**
   * Makes a call, and again after a pause where HNS refused it for now; throws code 11 when the deadline comes first, and
   * without calling when HNS is not to be asked any more.
   */
  readonly run: <T extends Outcome>(purpose: Purpose, call: (native: Native) => Promise<T>) => Promise<T>;
  /** The error of a failed call: operation, object, HRESULT with name, likely cause. */
  readonly failure: (purpose: Purpose, answer: Outcome) => CniError;
  /** Remembers an open handle; `close` closes it whatever happens in between. */
  readonly keep: <K extends HandleKind>(handle: Handle<K>) => Handle<K>;
  /** Begins to close every handle kept so far, beside whatever is done meanwhile; `close` waits for it. */
  readonly release: () => void;
  /** Closes every handle kept; not after a call was given up, since HNS may not answer this either. Never fails. */
  readonly close: () => Promise<void>;
  /** Whether a call of this session never came back: HNS is not to be asked anything more. */
  readonly gaveUp: () => boolean;
  /** Whether HNS may still carry out a change of this session whose answer never came or said nothing. */
  readonly uncertain: () => boolean;
  readonly calls: readonly CallRecord[];
}

/** `native` is asked for when a call is made: a command that is refused before that has loaded nothing. */
export function openSession(native: () => Native, deadline: Deadline, waits: Patience = NO_PATIENCE): Session {
  const calls: CallRecord[] = [];
  const handles = keepHandles(native);
  const retry = retrier(waits, deadline);
  let gaveUp = false;
  let uncertain = false;
  const once: Session['run'] = async (purpose, call) => {
    if (gaveUp || deadline.remainingMs() === 0) throw notAsked(purpose, gaveUp);
    const started = elapsedMs();
    const answer = await deadline.race(call(native()));
    const ms = Math.round((elapsedMs() - started) * 10) / 10;
    if (answer === undefined) {
      gaveUp = true;
      uncertain ||= changes(purpose);
      calls.push({ call: purpose.call, ms });
      throw hung(purpose, ms);
    }
    const hr = settled(answer.value);
    calls.push({ call: purpose.call, ms, hr: hex(hr) });
    if (statusOf(hr).outcome === 'unknown') uncertain ||= changes(purpose);
    return { ...answer.value, hr };
  };
  return {
    deadline,
    calls,
    gaveUp: () => gaveUp,
    uncertain: () => uncertain,
    run: (purpose, call) => retry(changes(purpose), () => once(purpose, call)),
    failure,
    keep: handles.keep,
    release: () => {
      if (!gaveUp) handles.release();
    },
    close: async () => {
      if (gaveUp) return;
      handles.release();
      // The outcome of the command stands already, and the process takes what is left open with it.
      await startDeadline(CLOSE_MS).race(handles.released());
    },
  };
}

/** What closing may take, all handles together: it is at the end, where the command has no time left, or nobody to wait for. */
const CLOSE_MS = 1000;

/** Only a call that changes something can have a late effect. */
const changes = ({ call }: Purpose): boolean => /Create|Modify|Delete|POST|DELETE/.test(call);

const E_FAIL = 0x80004005 | 0;

/** A non-empty error record means failure even where the HRESULT says success: hcsshim's rule (hcn/hcnerrors.go). */
function settled({ hr, error }: Outcome): number {
  if (hr < 0 || error === '') return hr;
  const code = Number(/"ErrorCode"\s*:\s*(-?\d+)/.exec(error)?.[1] ?? 0) | 0;
  return code < 0 ? code : E_FAIL;
}

function hung({ call, task }: Purpose, ms: number): CniError {
  const seconds = (ms / 1000).toFixed(1);
  return new CniError(Code.TryAgainLater, `Cannot ${task}: HNS did not answer within ${seconds} s`, {
    details: `${call} was given up; look at the Host Networking Service: Get-Service hns`,
  });
}

/** A call that is started when nobody waits for it would have its effect unseen. */
function notAsked({ call, task }: Purpose, gaveUp: boolean): CniError {
  const state = gaveUp ? 'HNS has not answered an earlier call' : 'the time of the command is used up';
  return new CniError(Code.TryAgainLater, `Cannot ${task}: ${state}`, { details: `${call} was not called` });
}

function failure({ call, task }: Purpose, { hr, error }: Outcome): CniError {
  const { name, cause, outcome } = statusOf(hr);
  const details = error === '' ? call : `${call}: ${error}`;
  return new CniError(codeOf(outcome), `Cannot ${task}: HNS answered ${hex(hr)} ${name}, ${cause}`, { details });
}

/** What may pass is for the runtime to try again (code 11); everything else is ours to name (100). */
function codeOf(outcome: Status['outcome']): Code {
  return ['unavailable', 'unknown', 'transient'].includes(outcome) ? Code.TryAgainLater : Code.Hns;
}
