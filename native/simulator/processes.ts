/** The processes that call HNS and HCS: the handles each holds, the strings it was given and freed, and how it ended. */
import type { Request } from './call.ts';
import { Code, refuse } from './errors.ts';

/** Kinds of handles by the service that gives them out. */
export const HNS_KINDS = ['Network', 'Endpoint', 'Namespace'] as const;
export const HCS_KINDS = ['ComputeSystem', 'ComputeSystemCallback'] as const;
export type Kind = (typeof HNS_KINDS)[number] | (typeof HCS_KINDS)[number];

export type Ending = 'running' | 'ended' | 'killed';

/** What is told of one process. `live` is allocated minus freed; `openHandles` are kinds, in the order of opening. */
export interface ProcessReport {
  readonly process: string;
  readonly exe: string;
  readonly pid: number;
  readonly ended: Ending;
  readonly allocs: number;
  readonly frees: number;
  readonly live: number;
  readonly openHandles: readonly Kind[];
}

interface Handle {
  readonly kind: Kind;
  readonly object: object;
}

interface Entry {
  readonly exe: string;
  readonly pid: number;
  readonly handles: Map<number, Handle>;
  ended: Ending;
  allocs: number;
  frees: number;
}

/** Handles are given out to a process and mean nothing to another one, as with RPC context handles. */
export interface Processes {
  /** Makes a process known; one that calls without is known by its token alone. */
  readonly begin: (process: string, about: { readonly exe: string; readonly pid: number }) => void;
  readonly end: (process: string, ending: Exclude<Ending, 'running'>) => void;
  readonly allocated: (process: string, strings: number) => void;
  readonly freed: (process: string, strings: number) => void;
  readonly open: (process: string, handle: { readonly kind: Kind; readonly object: object }) => number;
  /** The object of a handle; 0x80070006 or what `unknown` says when the process does not hold it. */
  readonly resolve: (
    process: string,
    handle: number,
    about: { readonly kind: Kind; readonly unknown: number },
  ) => object;
  /** 0x80070006 when the process does not hold it, or holds another kind by it. */
  readonly close: (process: string, handle: number, kind: Kind) => void;
  /**
   * The request with its handles pinned: RPC keeps a handle valid for a call under way, whatever its holder does
   * meanwhile. `done` lets go of them and of the handle the call gave out.
   */
  readonly pin: (request: Request) => { readonly request: Request; readonly done: () => void };
  /** Every handle of these kinds is void from here on: their service lost its memory. */
  readonly dropHandles: (kinds: readonly Kind[]) => void;
  /** One that has not told who it is has its token for a name, and 0. */
  readonly callerOf: (process: string) => { readonly exe: string; readonly pid: number };
  readonly report: () => readonly ProcessReport[];
  /** Forgets the processes that have ended. */
  readonly forget: () => void;
}

/** Owner of handles that are pinned for a call; no token begins like this. */
const PINNED = '#';

export function createProcesses(): Processes {
  const entries = new Map<string, Entry>();
  let last = 0;
  const entry = (process: string): Entry => {
    const known = entries.get(process);
    if (known !== undefined) return known;
    const made: Entry = { exe: process, pid: 0, handles: new Map(), ended: 'running', allocs: 0, frees: 0 };
    entries.set(process, made);
    return made;
  };
  return {
    begin: (process, about) => {
      entries.set(process, { ...entry(process), ...about });
    },
    end: (process, ending) => {
      const each = entry(process);
      // A killed process disconnects like any other; that it was killed came first.
      if (each.ended === 'running') each.ended = ending;
    },
    allocated: (process, strings) => {
      entry(process).allocs += strings;
    },
    freed: (process, strings) => {
      entry(process).frees += strings;
    },
    open: (process, handle) => {
      last += 1;
      entry(process).handles.set(last, handle);
      return last;
    },
    resolve: (process, handle, { kind, unknown }) => {
      const found = entry(process).handles.get(handle);
      return found?.kind === kind ? found.object : refuse(unknown);
    },
    close: (process, handle, kind) => {
      const { handles } = entry(process);
      if (handles.get(handle)?.kind !== kind || !handles.delete(handle)) refuse(Code.InvalidHandle);
    },
    pin: (request) => {
      last += 1;
      const process = `${PINNED}${last}`;
      pinHandles(request, entry(request.process).handles, entry(process).handles);
      return { request: { ...request, process }, done: () => entries.delete(process) };
    },
    dropHandles: (kinds) => {
      for (const { handles } of entries.values()) dropKinds(handles, kinds);
    },
    callerOf: (process) => entries.get(process) ?? { exe: process, pid: 0 },
    report: () =>
      [...entries].filter(([process]) => !process.startsWith(PINNED)).map(([process, each]) => reportOf(process, each)),
    forget: () => {
      for (const [process, { ended }] of entries) if (ended !== 'running') entries.delete(process);
    },
  };
}

function dropKinds(handles: Map<number, Handle>, kinds: readonly Kind[]): void {
  for (const [handle, { kind }] of handles) if (kinds.includes(kind)) handles.delete(handle);
}

function pinHandles({ args }: Request, from: ReadonlyMap<number, Handle>, to: Map<number, Handle>): void {
  for (const value of Object.values(args)) {
    const handle = typeof value === 'number' ? from.get(value) : undefined;
    if (handle !== undefined) to.set(Number(value), handle);
  }
}

const reportOf = (process: string, { exe, pid, ended, allocs, frees, handles }: Entry): ProcessReport => ({
  process,
  exe,
  pid,
  ended,
  allocs,
  frees,
  live: allocs - frees,
  openHandles: [...handles.values()].map(({ kind }) => kind),
});
