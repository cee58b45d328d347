/** What the steps of a command on the node share: the ports, what is told to people, how long there is to wait. */
import type { Files } from '../disk/files.ts';
import type { Session } from '../hns/session.ts';
import type { IpHelper } from '../ip-helper/ip-helper.ts';
import { type HostRecord, openHostRecord } from './host-record.ts';

/** The parts that touch the machine. */
export interface NodePorts {
  readonly ipHelper: IpHelper;
  /** A session with HNS, which is closed here; all its calls together may take so many milliseconds. */
  readonly openHns: (ms: number) => Session;
  readonly files: Files;
  /** Throws code 11 at the deadline. */
  readonly lock: { readonly acquire: (path: string, deadlineMs: number) => Promise<() => void> };
  readonly clock: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };
  /** Where lock and record are; made when it is not there. */
  readonly folder: string;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** A change, in the words "<what>: <done><more>". */
export interface Step {
  readonly what: string;
  /** A participle: "made". */
  readonly done: string;
  readonly more?: string;
}

export interface Work {
  readonly ports: NodePorts;
  readonly session: Session;
  readonly record: HostRecord;
  readonly plan: boolean;
  /** Takes the step and tells of it; a plan only tells of it, and answers undefined. */
  readonly step: <T>(step: Step, take: () => T | Promise<T>) => Promise<T | undefined>;
  /** Something that is as it should be. */
  readonly note: (line: string) => void;
  /** Something that is not, and stays so: the command ends with 1. */
  readonly lack: (line: string) => void;
  /** Asks every half second until there is an answer; undefined when there is none in time, `ms` or what is left. */
  readonly poll: <T>(ask: () => Promise<T | undefined> | T | undefined, ms?: number) => Promise<T | undefined>;
}

export interface WorkOptions {
  readonly plan: boolean;
  readonly timeoutMs: number;
}

const POLL_MS = 500;
/** How long HNS may take, beside what is waited for: a network takes it seconds, and one that hangs is given up. */
const HNS_MS = 60_000;
const LOCK_FILE = 'node.lock';

/** Runs `use` while no other command changes the node; answers 1 when something is lacking in the end. A plan waits for nobody. */
export async function working(
  ports: NodePorts,
  { plan, timeoutMs }: WorkOptions,
  use: (work: Work) => Promise<void>,
): Promise<0 | 1> {
  const { files, folder, lock } = ports;
  if (!plan) files.ensureDir(folder);
  const unlock = plan ? () => undefined : await lock.acquire(`${folder}/${LOCK_FILE}`, timeoutMs);
  try {
    return await inSession(ports, { plan, timeoutMs }, use);
  } finally {
    unlock();
  }
}

async function inSession(
  ports: NodePorts,
  { plan, timeoutMs }: WorkOptions,
  use: (work: Work) => Promise<void>,
): Promise<0 | 1> {
  const { clock, print, complain } = ports;
  const session = ports.openHns(timeoutMs + HNS_MS);
  const end = clock.now() + timeoutMs;
  const lacks = new Set<string>();
  try {
    await use({
      ports,
      session,
      plan,
      record: openHostRecord(ports.files, ports.folder),
      step: async ({ what, done, more = '' }, take) => {
        const taken = plan ? undefined : await take();
        print(`  ${what}: ${plan ? 'would be ' : ''}${done}${more}`);
        return taken;
      },
      note: (line) => {
        print(`  ${line}`);
      },
      lack: (line) => {
        if (!lacks.has(line)) complain(line);
        lacks.add(line);
      },
      poll: async (ask, ms = timeoutMs) => {
        const last = Math.min(end, clock.now() + ms);
        for (;;) {
          const answer = await ask();
          if (answer !== undefined || clock.now() >= last) return answer;
          await clock.sleep(POLL_MS);
        }
      },
    });
    return lacks.size === 0 ? 0 : 1;
  } finally {
    await session.close();
  }
}
