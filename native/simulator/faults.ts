/** Faults told to the service: which call they meet and what they do to it; carrying them out is dispatch.ts. */
import type { Request } from './call.ts';

/** What happens to a call; the effect on the node takes place or not as `when` says, apart from this. */
export type Action = 'fail' | 'hang' | 'hold' | 'kill' | 'garbage';

/** A rule, as in the recorded traces. Without `action`: `fail`; without `when`: `before`. */
export interface Fault {
  /** An export, `HNSCall POST /endpoints/`, `HNSCall DELETE /endpoints/{id}` (or the id itself), or `*`. */
  readonly function: string;
  /** Base name of the calling executable; any when absent. */
  readonly exe?: string;
  /** The first matching call it meets, from 1. */
  readonly nth?: number;
  /** How many matching calls it meets from there. */
  readonly count?: number;
  /** Meets every matching call. */
  readonly every?: boolean;
  /** `before`: the call has no effect; `after`: it has. Means nothing to `hold` and `garbage`. */
  readonly when?: 'before' | 'after';
  readonly action?: Action;
  /** For `fail`, and for a `hold` that answers at once: a number, signed or not, or text (`0x80070005`). */
  readonly hresult?: number | string;
  /** For `fail`: the text of the error record instead of the system's. */
  readonly error?: string;
  /** For `garbage`: what comes back instead of the document. */
  readonly text?: string;
  /** For `hold`: the effect takes place after this many milliseconds, unless it is released before. */
  readonly afterMs?: number;
}

/** A process that a `kill` fault ended; `dispatch` rejects with it. */
export class Killed extends Error {
  override readonly name = 'Killed';
  /** What a shell sees of a process ended this way. */
  readonly exitCode = 137;

  constructor(request: Request) {
    super(`the process "${request.process}" was ended in ${request.function}`);
  }
}

export interface Faults {
  /** Puts rules in place of the present ones; counting begins anew. */
  readonly set: (rules: readonly Fault[]) => void;
  readonly clear: () => void;
  /** The rule that meets this call, if any; every rule counts the call when it matches. */
  readonly match: (request: Request, exe: string) => Fault | undefined;
}

export function createFaults(initial: readonly Fault[] = []): Faults {
  let rules = initial.map(counted);
  return {
    set: (wanted) => {
      rules = wanted.map(counted);
    },
    clear: () => {
      rules = [];
    },
    match: (request, exe) => {
      const hits = rules.filter((rule) => meets(rule.fault, request, exe) && due(rule));
      return hits[0]?.fault;
    },
  };
}

interface Counted {
  readonly fault: Fault;
  seen: number;
}

const counted = (fault: Fault): Counted => ({ fault, seen: 0 });

function due(rule: Counted): boolean {
  rule.seen += 1;
  const { nth = 1, count = 1, every = false } = rule.fault;
  return every || (rule.seen >= nth && rule.seen < nth + count);
}

function meets(fault: Fault, request: Request, exe: string): boolean {
  return (fault.exe === undefined || fault.exe === exe) && namesOf(request).includes(fault.function);
}

/** What a rule may call this call. */
function namesOf({ function: name, args }: Request): readonly string[] {
  const path = String(args['path'] ?? '');
  return ['*', name, ...[path, path.replace(ID, '{id}')].map((each) => `${name} ${args['method'] ?? ''} ${each}`)];
}

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The rule's HRESULT as a number; access denied when it names none. */
export function hresultOf({ hresult = 0x80070005 }: Fault): number {
  const value = Number(hresult);
  if (!Number.isInteger(value)) throw new RangeError(`Cannot use the HRESULT "${hresult}", expected 0x and digits`);
  return value;
}
