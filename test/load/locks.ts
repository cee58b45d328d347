/**
 * Which HNS calls are made or served while their caller holds a file lock, by the kernel's own list of locks. Not of interest
 * are those that close a handle: nothing waits for them but the end of the process.
 */
import { readFileSync } from 'node:fs';
import type { Request } from '../../native/simulator/call.ts';
import type { Serving } from '../../native/simulator/dispatch.ts';

export interface LockWatch {
  /** For the simulator, which runs on the machine of its callers. */
  readonly watch: Serving['watch'];
  /** One line for each call during which its caller held a lock. */
  readonly held: () => readonly string[];
}

export function watchLocks(): LockWatch {
  const held = new Map<Request, string>();
  return {
    watch: (request, pid) => {
      if (/^Hc[ns]Close/.test(request.function)) return;
      const locks = locksOf(readFileSync('/proc/locks', 'utf8'), pid);
      if (locks.length > 0) held.set(request, `${request.function} of process ${pid}: ${locks.join(', ')}`);
    },
    held: () => [...held.values()],
  };
}

/** proc(5): `1: FLOCK  ADVISORY  WRITE 5796 fe:00:10224604 0 EOF`. Who waits for a lock has "->" before its kind. */
const HELD = /^\d+: (?<kind>[A-Z]+) +\S+ +(?<mode>\S+) (?<pid>-?\d+) (?<file>\S+)/;

/** "FLOCK WRITE fe:00:10224604" for each lock that a process holds. */
export const locksOf = (list: string, pid: number): readonly string[] =>
  list.split('\n').flatMap((line) => {
    const { kind, mode, pid: holder, file } = HELD.exec(line)?.groups ?? {};
    return Number(holder) === pid ? [`${kind} ${mode} ${file}`] : [];
  });
