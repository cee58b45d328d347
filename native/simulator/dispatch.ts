/** Calls as their callers live through them: latency, faults, held effects and the trace around the state machine. */
import type { Reply, Request } from './call.ts';
import { createFaults, type Fault, type Faults, hresultOf, Killed } from './faults.ts';
import type { Hns } from './hns.ts';
import { entryOf, type Outcome, type TraceEntry } from './trace.ts';

/** Milliseconds, or a range of them. */
export type Delay = number | readonly [number, number];
/** By export; `*` is for those not named. */
export type Latency = Readonly<Record<string, Delay>>;

export interface Time {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** In [0, 1): where in a range a delay lies. */
  readonly random: () => number;
}

/** How calls are served. */
export interface Serving extends Time {
  /** Calls that change something wait for each other: the latency of one begins when the one before has taken effect. */
  readonly oneWriter: boolean;
  /** Told of each call and of who waits for it (0: not known), twice: when it arrives, and before it takes effect. */
  readonly watch: (request: Request, pid: number) => void;
}

export interface Dispatcher {
  /**
   * One call. Rejects with `Killed` when a fault ends the caller; never settles when a fault hangs or holds it.
   */
  readonly dispatch: (request: Request) => Promise<Reply>;
  /** One call of a caller that stands still meanwhile, without latency. Throws `Killed` also where it would never settle. */
  readonly dispatchNow: (request: Request) => Reply;
  readonly faults: Faults;
  readonly setLatency: (latency: Latency) => void;
  /** Lets every held call take effect now, in the order of arrival; answers how many there were. */
  readonly releaseHeld: () => number;
  readonly held: () => number;
  readonly trace: () => readonly TraceEntry[];
  readonly clearTrace: () => void;
}

const DEFAULTS: Serving = {
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
  oneWriter: false,
  watch: () => undefined,
};

/** What the steps of a call share. */
interface Desk {
  readonly hns: Hns;
  readonly time: Time;
  /** Effects that are still to come, by the order of arrival. */
  readonly held: Set<() => void>;
  readonly note: Note;
}

type Told = Omit<Outcome, 'exe' | 'endedMs'>;
/** Puts a call into the trace; what comes back puts a later outcome in its place. */
type Note = (request: Request, outcome: Told) => (later: Told) => void;

/** What is known of a call when it comes. */
interface Arrived {
  readonly pid: number;
  readonly about: About;
}

export function createDispatcher(hns: Hns, serving: Partial<Serving> = {}): Dispatcher {
  const { watch, ...clock } = { ...DEFAULTS, ...serving };
  const wait = waiting(clock);
  const faults = createFaults();
  let latency: Latency = {};
  let entries: TraceEntry[] = [];
  const tell = (request: Request, outcome: Told): TraceEntry =>
    entryOf(request, { ...outcome, exe: hns.processes.callerOf(request.process).exe, endedMs: clock.now() });
  const note: Note = (request, outcome) => {
    const entry = tell(request, outcome);
    entries.push(entry);
    return (later) => {
      entries = entries.map((each) => (each === entry ? tell(request, later) : each));
    };
  };
  const desk: Desk = { hns, time: clock, held: new Set(), note };
  const arrived = (request: Request): Arrived => {
    const { exe, pid } = hns.processes.callerOf(request.process);
    const fault = faults.match(request, exe);
    watch(request, pid);
    return { pid, about: { startedMs: clock.now(), ...(fault === undefined ? {} : { fault }) } };
  };
  return {
    dispatch: async (request) => {
      const { pid, about } = arrived(request);
      await wait(request, delayOf(latency[request.function] ?? latency['*'] ?? 0, clock.random));
      watch(request, pid);
      return carryOut(desk, request, about) ?? NEVER;
    },
    dispatchNow: (request) => {
      const reply = carryOut(desk, request, arrived(request).about);
      if (reply === undefined) throw new Killed(request);
      return reply;
    },
    faults,
    setLatency: (wanted) => {
      latency = wanted;
    },
    releaseHeld: () => {
      const due = [...desk.held];
      for (const effect of due) effect();
      return due.length;
    },
    held: () => desk.held.size,
    trace: () => entries,
    clearTrace: () => {
      entries = [];
    },
  };
}

const delayOf = (delay: Delay, random: () => number): number =>
  typeof delay === 'number' ? delay : delay[0] + random() * (delay[1] - delay[0]);

/** Waits for a call's turn, where calls have turns, and then for so many milliseconds. */
function waiting({
  sleep,
  oneWriter,
}: Pick<Serving, 'sleep' | 'oneWriter'>): (request: Request, milliseconds: number) => Promise<void> {
  let turn = Promise.resolve();
  return async (request, milliseconds) => {
    if (milliseconds === 0) return;
    if (!oneWriter || !isWrite(request)) return sleep(milliseconds);
    turn = turn.then(() => sleep(milliseconds));
    return turn;
  };
}

const isWrite = ({ function: name, args }: Request): boolean =>
  name === 'HNSCall' ? args['method'] !== 'GET' : /^Hcn(?:Create|Modify|Delete)/.test(name);

interface About {
  readonly startedMs: number;
  readonly fault?: Fault;
}

const NEVER = new Promise<never>(() => undefined);

/** The answer, or undefined when there will never be one. */
function carryOut(desk: Desk, request: Request, about: About): Reply | undefined {
  switch (about.fault?.action ?? (about.fault === undefined ? 'none' : 'fail')) {
    case 'none':
      return answer(desk, request, about, desk.hns.call(request));
    case 'fail':
      return failing(desk, request, about);
    case 'garbage':
      return answer(desk, request, about, { ...desk.hns.call(request), response: about.fault?.text ?? '' });
    case 'kill':
      return killing(desk, request, about);
    case 'hang':
      if (about.fault?.when === 'after') unanswered(desk, request);
      desk.note(request, about);
      return undefined;
    case 'hold':
      hold(desk, request, about);
      // With an HRESULT the caller is told of a failure while the service goes on: a broken RPC connection.
      return about.fault?.hresult === undefined ? undefined : told(desk, request, about.fault);
  }
}

function answer(desk: Desk, request: Request, about: About, reply: Reply): Reply {
  desk.note(request, { ...about, reply });
  return reply;
}

function failing(desk: Desk, request: Request, about: About): Reply {
  const fault = about.fault ?? { function: '*' };
  if (fault.when === 'after') unanswered(desk, request);
  return answer(desk, request, about, told(desk, request, fault));
}

const told = ({ hns }: Desk, { function: name }: Request, fault: Fault): Reply =>
  hns.failed({ name, hresult: hresultOf(fault), text: fault.error });

function killing(desk: Desk, request: Request, about: About): never {
  const reply = about.fault?.when === 'after' ? desk.hns.call(request) : undefined;
  desk.note(request, { ...about, killed: true, ...(reply === undefined ? {} : { reply }) });
  desk.hns.processes.end(request.process, 'killed');
  throw new Killed(request);
}

/** The call takes effect, but nobody is told: what it gave out is let go of, as when the caller is gone. */
function unanswered({ hns }: Desk, request: Request): Reply {
  const pinned = hns.processes.pin(request);
  const reply = hns.call(pinned.request);
  pinned.done();
  return reply;
}

/** Puts the effect off until it is released or its time has come; the trace has the call at once, its outcome then. */
function hold(desk: Desk, request: Request, about: About): void {
  const pinned = desk.hns.processes.pin(request);
  const amend = desk.note(request, about);
  const effect = (): void => {
    if (!desk.held.delete(effect)) return;
    const reply = desk.hns.call(pinned.request);
    pinned.done();
    amend({ ...about, reply });
  };
  desk.held.add(effect);
  const { afterMs } = about.fault ?? {};
  if (afterMs !== undefined) void desk.time.sleep(afterMs).then(effect);
}
