/** Stories about STATUS. */
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Json } from '../json.ts';
import type { Lab, Ran } from '../lab.ts';
import { NETWORKS } from '../node.ts';
import {
  added,
  checked,
  delegating,
  deleted,
  type ErrorObject,
  failed,
  failedWith,
  nothingLeft,
  succeeded,
} from '../steps.ts';
import { WITH_GC, WITHOUT_GC } from '../versions.ts';

const status = (lab: Lab, conf: Json = lab.conf()): Promise<Ran> => lab.cni('STATUS', undefined, { conf });
const down = (lab: Lab): void => {
  lab.simulator.dispatcher.faults.set([{ function: '*', every: true, hresult: 0x800706ba }]);
};
const withoutNetwork = async (lab: Lab): Promise<void> => {
  await lab.simulator.call({ function: 'HcnDeleteNetwork', args: { id: NETWORKS.cbr0.id } });
};

/** A pool of two addresses. */
const small = (lab: Lab): Json => lab.conf({}, { ipam: { rangeStart: '10.244.3.10', rangeEnd: '10.244.3.11' } });

/** The same, used up. */
async function usedUp(lab: Lab): Promise<Json> {
  const conf = small(lab);
  for (const n of [1, 2]) await added(lab, lab.pod(n), conf);
  return conf;
}

const unavailable = (ran: Ran, what: string): ErrorObject => {
  const error = failed(ran, what);
  claim([50, 51].includes(error.code), `${what} has code ${error.code}, expected 50 or 51`);
  return error;
};

export const STATUS_CASES: readonly Case[] = [
  {
    points: ['P49'],
    title: 'STATUS succeeds on a good node, and fails without the network',
    versions: WITH_GC,
    run: async (lab) => {
      succeeded(await status(lab), 'STATUS of a good node');
      await added(lab, lab.pod(1));
      succeeded(await status(lab), 'STATUS with a pod');
      await withoutNetwork(lab);
      failed(await status(lab), 'STATUS without the network');
    },
  },
  {
    points: ['P50'],
    title: 'STATUS fails when HNS is down',
    versions: WITH_GC,
    run: async (lab) => {
      down(lab);
      failed(await status(lab), 'STATUS without HNS');
    },
  },
  {
    points: ['P51'],
    title: 'STATUS fails when all addresses are used, and succeeds when one is free again',
    versions: WITH_GC,
    run: async (lab) => {
      const conf = await usedUp(lab);
      failed(await status(lab, conf), 'STATUS with a used-up pool');
      await deleted(lab, lab.pod(1), conf);
      succeeded(await status(lab, conf), 'STATUS with a free address');
    },
  },
  {
    points: ['P52'],
    title: 'the code is 50 or 51, and 50 when pods that run are fine',
    versions: WITH_GC,
    run: async (lab) => {
      const full = unavailable(await status(lab, await usedUp(lab)), 'STATUS with a used-up pool');
      same(full.code, 50, 'code of STATUS with a used-up pool');
      await withoutNetwork(lab);
      unavailable(await status(lab), 'STATUS without the network');
      down(lab);
      unavailable(await status(lab), 'STATUS without HNS');
    },
  },
  {
    points: ['P53'],
    title: 'after a STATUS that failed the other verbs do what they can',
    versions: WITH_GC,
    run: async (lab) => {
      const conf = small(lab);
      const first = await added(lab, lab.pod(1), conf);
      await added(lab, lab.pod(2), conf);
      failed(await status(lab, conf), 'STATUS with a used-up pool');
      succeeded(await checked(lab, lab.pod(1), first.json, conf), 'CHECK');
      await deleted(lab, lab.pod(1), conf);
      await added(lab, lab.pod(3), conf);
      failed(await status(lab, conf), 'STATUS with a used-up pool');
      for (const n of [2, 3]) await deleted(lab, lab.pod(n), conf);
      nothingLeft(lab);
    },
  },
  {
    points: ['P54'],
    title: 'STATUS runs the delegate and fails when that fails',
    versions: WITH_GC,
    run: async (lab) => {
      const conf = delegating(lab);
      succeeded(await status(lab, conf), 'STATUS with a good delegate');
      same(
        lab.delegate.calls().map(({ verb }) => verb),
        ['STATUS'],
        'commands of the delegate',
      );
      lab.delegate.answer('STATUS', { code: 1, stdout: { cniVersion: lab.version, code: 50, msg: 'no pool' } });
      failed(await status(lab, conf), 'STATUS with a bad delegate');
    },
  },
  {
    points: ['P55'],
    title: 'STATUS below 1.1.0 is code 1',
    versions: WITHOUT_GC,
    run: async (lab) => {
      failedWith(await status(lab), 1, 'STATUS');
    },
  },
  {
    points: ['P56'],
    title: 'STATUS works with no variables of a container, and with empty ones',
    versions: WITH_GC,
    run: async (lab) => {
      succeeded(await status(lab), 'STATUS without variables');
      const env = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '', CNI_ARGS: '' };
      succeeded(await lab.cni('STATUS', undefined, { env }), 'STATUS with empty variables');
    },
  },
];
