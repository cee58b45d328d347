/** What is done to an HNS call: the columns of the table. */
import type { Fault } from '../../native/simulator/faults.ts';
import { hex, statusOf } from '../../src/hns/status.ts';
import { CATALOGUE } from './catalogue.ts';

/** What becomes of the command: ended in the call, told a failure, never told, or ended by the runtime while HNS is at it. */
export type Fate = 'killed' | 'refused' | 'not answered' | 'killed meanwhile';

export interface Kind {
  readonly name: string;
  readonly fate: Fate;
  /** What HNS answers where it refuses. */
  readonly hresult?: number;
  /** Whether HNS may still carry the call out, or has, though the command was told nothing or a failure. */
  readonly isOpen: boolean;
  /** Whether it means something for this call. */
  readonly applies: (call: string) => boolean;
  readonly fault: Omit<Fault, 'function' | 'nth'>;
}

const RPC_SERVER_UNAVAILABLE = 0x800706ba;
const RPC_CALL_FAILED = 0x800706be;
const ACCESS_DENIED = 0x80070005;

const always = (): boolean => true;
/** Whether a call, by its name, changes what is on the node. */
export const changes = (call: string): boolean => /Create|Modify|Delete/.test(call);

const killed = (when: 'before' | 'after'): Kind => ({
  name: `kill ${when}`,
  fate: 'killed',
  isOpen: false,
  applies: always,
  fault: { action: 'kill', when },
});

const refused = (name: string, hresult: number, when: 'before' | 'after' = 'before'): Kind => ({
  name,
  fate: 'refused',
  hresult,
  isOpen: statusOf(hresult).outcome === 'unknown',
  applies: always,
  fault: { action: 'fail', when, hresult },
});

const HANGS = [
  { name: 'hang', fate: 'not answered', isOpen: true, applies: always, fault: { action: 'hang' } },
  // HNS carries the call out after the command's time was over, or after the runtime killed it, and after a DEL.
  { name: 'late', fate: 'not answered', isOpen: true, applies: changes, fault: { action: 'hold' } },
  { name: 'late kill', fate: 'killed meanwhile', isOpen: true, applies: changes, fault: { action: 'hold' } },
] as const satisfies readonly Kind[];

export const KINDS: readonly Kind[] = [
  killed('before'),
  killed('after'),
  refused('transient', RPC_SERVER_UNAVAILABLE),
  { ...refused('broken off', RPC_CALL_FAILED, 'after'), applies: changes },
  refused('final', ACCESS_DENIED),
  refused('final after', ACCESS_DENIED, 'after'),
  ...HANGS,
];

/** Every HRESULT there is; after those that leave it open what HNS does, it has done it, or not. */
const REFUSALS: readonly Kind[] = CATALOGUE.flatMap((hresult) => {
  const before = refused(hex(hresult), hresult);
  if (!before.isOpen) return [before];
  return [before, { ...refused(`${hex(hresult)} after`, hresult, 'after'), applies: changes }];
});

export const ALL_KINDS: readonly Kind[] = [...KINDS.filter(({ fate }) => fate !== 'refused'), ...REFUSALS];

/** The same with one HRESULT for each thing that an HRESULT can say, and one that is not known. */
export const FEW_KINDS: readonly Kind[] = [
  ...KINDS,
  ...REFUSALS.filter(
    ({ hresult = 0, name }, at) =>
      !name.endsWith('after') && REFUSALS.findIndex((other) => meaning(other.hresult) === meaning(hresult)) === at,
  ),
];

function meaning(hresult = 0): string {
  const { name, outcome } = statusOf(hresult);
  return name === 'unlisted' ? name : outcome;
}
