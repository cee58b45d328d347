/** The record of calls: what was asked, what came back, and how long it took. */
import type { Args, Reply, Request } from './call.ts';
import { hex } from './errors.ts';
import type { Fault } from './faults.ts';
import { IP_HELPER_CALLS } from './host-calls.ts';
import { hostArgs, hostResponse } from './host-trace.ts';

/**
 * One call. `request` and `response` are decoded where they are JSON, as in the recorded traces. Of a call to IP Helper there
 * is the row as a document, and of a table the number of its rows; `hresult` is then a Win32 code.
 */
export interface TraceEntry {
  /** Base name of the calling executable. */
  readonly exe: string;
  readonly process: string;
  readonly function: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** `0x803B0002`; absent while the call is held, and when its caller hangs or was killed before it took effect. */
  readonly hresult?: string;
  readonly handle?: number;
  readonly response?: unknown;
  readonly error?: unknown;
  readonly fault?: Fault;
  /** The caller was ended. */
  readonly killed?: true;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Milliseconds from the arrival of the call to its answer or effect. */
  readonly durationMs: number;
}

/** What became of a call that the trace tells. */
export interface Outcome {
  readonly exe: string;
  readonly reply?: Reply;
  readonly fault?: Fault;
  readonly killed?: true;
  readonly startedMs: number;
  readonly endedMs: number;
}

export function entryOf(request: Request, { exe, reply, fault, killed, startedMs, endedMs }: Outcome): TraceEntry {
  return {
    exe,
    process: request.process,
    function: request.function,
    request: IP_HELPER_CALLS.has(request.function) ? hostArgs(request) : decodeArgs(request.args),
    ...(reply === undefined ? {} : shown(request.function, reply)),
    ...(fault === undefined ? {} : { fault }),
    ...(killed === undefined ? {} : { killed }),
    startedMs,
    durationMs: endedMs - startedMs,
  };
}

function shown(name: string, { hresult, handle, response, error }: Reply): Partial<TraceEntry> {
  if (IP_HELPER_CALLS.has(name)) return { hresult: hex(hresult), ...hostResponse(name, response) };
  return {
    hresult: hex(hresult),
    ...(handle === undefined ? {} : { handle }),
    ...(response === undefined ? {} : { response: decode(response) }),
    ...(error === undefined ? {} : { error: decode(error) }),
  };
}

const decodeArgs = (args: Args): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? decode(value) : value]),
  );

/** A JSON object or array decoded; any other text stays text. */
function decode(written: string): unknown {
  if (!/^[{[]/.test(written)) return written;
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
