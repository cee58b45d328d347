/** Stories about a node in trouble: reboots, HNS down or refusing, a full disk. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../../native/simulator/faults.ts';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { added, addressOf, deleted, failed, nothingLeft, onlyAlive, succeeded } from '../steps.ts';

const faults = (lab: Lab, rules: readonly Fault[]): void => {
  lab.simulator.dispatcher.faults.set(rules);
};
const every = (lab: Lab, hresult: number): void => {
  faults(lab, [{ function: '*', every: true, hresult }]);
};

const DEL_CALLS = [
  'HcnEnumerateEndpoints',
  'HcnOpenEndpoint',
  'HcnOpenNamespace',
  'HcnModifyNamespace',
  'HcnDeleteEndpoint',
];
/** What makes go-cni take an error of DEL for success. */
const DROPPED = /not found|no such file or directory/i;

export const FAILURE_CASES: readonly Case[] = [
  {
    points: ['W06'],
    title: 'after a reboot GC without a list frees what is dead, and late DELs harm nobody',
    versions: ['1.1.0'],
    isAlone: true,
    run: async (lab) => {
      const conf = lab.conf({}, { ipam: { rangeStart: '10.244.3.10', rangeEnd: '10.244.3.11' } });
      const before = [await added(lab, lab.pod(1), conf), await added(lab, lab.pod(2), conf)];
      await lab.reboot();
      succeeded(await lab.cni('GC', undefined, { conf }), 'GC after the reboot');
      const after = [await added(lab, lab.pod(3), conf), await added(lab, lab.pod(4), conf)];
      onlyAlive(lab, after.map(addressOf));
      for (const n of [1, 2]) await deleted(lab, { ...lab.pod(n), netns: '' }, conf, before[n - 1]);
      onlyAlive(lab, after.map(addressOf));
    },
  },
  {
    points: ['W06'],
    title: 'after a reboot the DELs of the old pods free their addresses',
    isAlone: true,
    run: async (lab) => {
      const conf = lab.conf({}, { ipam: { rangeStart: '10.244.3.10', rangeEnd: '10.244.3.11' } });
      const before = [await added(lab, lab.pod(1), conf), await added(lab, lab.pod(2), conf)];
      await lab.reboot();
      for (const n of [1, 2]) await deleted(lab, { ...lab.pod(n), netns: '' }, conf, before[n - 1]);
      nothingLeft(lab);
      onlyAlive(lab, [addressOf(await added(lab, lab.pod(3), conf))]);
    },
  },
  {
    points: ['W07'],
    title: 'with HNS stopped ADD and DEL fail, when it is back DEL cleans up',
    run: async (lab) => {
      await added(lab, lab.pod(1));
      every(lab, 0x800706ba);
      failed(await lab.cni('ADD', lab.pod(2)), 'ADD without HNS');
      failed(await lab.cni('DEL', lab.pod(1)), 'DEL without HNS');
      faults(lab, []);
      await deleted(lab, lab.pod(2));
      await deleted(lab, lab.pod(1));
      nothingLeft(lab);
    },
  },
  {
    points: ['W07'],
    title: 'HNS starts anew and has lost endpoints and namespaces',
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      await lab.simulator.restartService();
      failed(await lab.cni('CHECK', lab.pod(1), { conf: lab.conf({ prevResult: result.json }) }), 'CHECK');
      await deleted(lab, { ...lab.pod(1), netns: '' }, lab.conf(), result);
      nothingLeft(lab);
    },
  },
  {
    points: ['W11'],
    title: 'access is denied',
    run: async (lab) => {
      const alive = [addressOf(await added(lab, lab.pod(1)))];
      every(lab, 0x80070005);
      for (const n of [1, 2]) {
        const { text } = failed(await lab.cni(n === 1 ? 'DEL' : 'ADD', lab.pod(n)), 'a command without rights');
        claim(
          /denied|elevat|administrator|0x80070005/i.test(text),
          `the error does not say that access is denied: ${text}`,
        );
      }
      faults(lab, []);
      await deleted(lab, lab.pod(2));
      onlyAlive(lab, alive);
      await deleted(lab, lab.pod(1));
      nothingLeft(lab);
    },
  },
  {
    points: ['W12'],
    title: 'the disk is full, and has room again',
    run: async (lab) => {
      const { fullVolume } = lab;
      claim(fullVolume !== undefined, 'a full volume could not be mounted: the suite must run as root for this');
      const folder = join(fullVolume.folder, 'state');
      const conf = lab.conf({}, { ipam: { dataDir: lab.subject.path(folder) } });
      failed(await lab.cni('ADD', lab.pod(1), { conf }), 'ADD with a full disk');
      same(lab.endpoints(), [], 'endpoints on the node');
      fullVolume.makeRoom();
      await added(lab, lab.pod(1), conf);
      await deleted(lab, lab.pod(1), conf);
      same(lab.endpoints(), [], 'endpoints on the node');
      rmSync(folder, { recursive: true });
    },
  },
  ...DEL_CALLS.map(
    (call): Case => ({
      points: ['W16'],
      title: `an error of DEL that fails in ${call} is not taken for success`,
      run: async (lab) => {
        await added(lab, lab.pod(1));
        for (const error of ['', 'The file was not found. No such file or directory.']) {
          faults(lab, [{ function: call, every: true, hresult: 0x8007001f, ...(error === '' ? {} : { error }) }]);
          const ran = await lab.cni('DEL', lab.pod(1));
          faults(lab, []);
          const isLeft = lab.endpoints().length > 0 || lab.leases().length > 0;
          claim(!isLeft || ran.code !== 0, 'DEL says success, and the endpoint is there');
          claim(!isLeft || !DROPPED.test(ran.stdout), `go-cni drops this error of DEL: ${ran.stdout}`);
        }
        await deleted(lab, lab.pod(1));
        nothingLeft(lab);
      },
    }),
  ),
];
