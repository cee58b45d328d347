import type { Fault } from '../../../native/simulator/faults.ts';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { deleted, nothingLeft, until } from '../steps.ts';

/** An ADD makes fewer calls than this. */
const MANY_CALLS = 60;
/** Some commands may still have to be set up for their calls, under Wine. */
const CALL_MS = 30_000;

const faults = (lab: Lab, rules: readonly Fault[]): void => {
  lab.simulator.dispatcher.faults.set(rules);
};
interface Kill {
  readonly nth: number;
  readonly when: 'before' | 'after';
  /** Addresses that may stay set aside from earlier kills; added to. */
  readonly setAside: Set<string>;
}

/** Kills ADD of a pod in its n-th call and cleans up by DEL; tells whether there was such a call. */
async function killedIn(lab: Lab, { nth, when, setAside }: Kill): Promise<boolean> {
  const pod = { ...lab.pod(1), containerId: `killed-${nth}` };
  lab.simulator.dispatcher.clearTrace();
  faults(lab, [{ function: '*', action: 'kill', nth, when }]);
  const { wasKilled, code, stdout } = await lab.cni('ADD', pod);
  claim(wasKilled || code === 0, `ADD after a killed one ended with ${String(code)}: ${stdout}`);
  const killedAt = lab.simulator.dispatcher.trace().find(({ killed }) => killed === true)?.function;
  faults(lab, []);
  await deleted(lab, pod);
  same(lab.endpoints(), [], `endpoints after a kill in ${String(killedAt)}`);
  same(lab.members(), [], `endpoints in namespaces after a kill in ${String(killedAt)}`);
  const reserved = lab.leases().filter((address) => !setAside.has(address));
  // Nobody can tell whether HNS will still make this endpoint: until then its address may be kept from others.
  if (when === 'before' && killedAt === 'HcnCreateEndpoint') for (const address of reserved) setAside.add(address);
  else same(reserved, [], `addresses reserved after a kill in ${String(killedAt)}`);
  return wasKilled;
}

/** HNS has the call in hand while the runtime kills the command, sends DEL, and only then is the call carried out. */
async function lateEffect(lab: Lab, call: string): Promise<void> {
  faults(lab, [{ function: call, action: 'hold' }]);
  const killer = new AbortController();
  const ran = lab.cni('ADD', lab.pod(1), { kill: killer.signal });
  await until(() => lab.simulator.dispatcher.held() > 0, CALL_MS, `the call ${call} of ADD`);
  killer.abort();
  claim((await ran).wasKilled, 'the command was not killed');
  faults(lab, []);
  await deleted(lab, lab.pod(1));
  lab.simulator.dispatcher.releaseHeld();
  await deleted(lab, lab.pod(1));
  nothingLeft(lab);
}

export const KILL_CASES: readonly Case[] = [
  ...(['before', 'after'] as const).map(
    (when): Case => ({
      points: ['W03'],
      title: `killed ${when} the effect of every HNS call in turn`,
      run: async (lab) => {
        const setAside = new Set<string>();
        let nth = 1;
        while (nth < MANY_CALLS && (await killedIn(lab, { nth, when, setAside }))) nth++;
        claim(nth > 1, 'ADD made no HNS call it could be killed in');
      },
    }),
  ),
  ...['HcnCreateEndpoint', 'HcnModifyNamespace'].map(
    (call): Case => ({
      points: ['W03'],
      title: `HNS carries out ${call} after the command was killed and DEL has run`,
      run: (lab) => lateEffect(lab, call),
    }),
  ),
];
