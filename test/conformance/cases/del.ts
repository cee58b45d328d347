/** Stories about DEL. */
import { rmSync } from 'node:fs';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { NETWORKS } from '../node.ts';
import { added, addressOf, delegating, deleted, failed, nothingLeft, onlyAlive, succeeded } from '../steps.ts';
import { VERSIONS, WITH_CHECK } from '../versions.ts';

/** The last one without prevResult, the first one with it, and the newest. */
const SOME_VERSIONS = ['0.3.1', '0.4.0', '1.1.0'];

/** What an operator, or the runtime, does between two commands. */
export const deleteEndpoints = async (lab: Lab): Promise<void> => {
  for (const { id } of lab.endpoints()) await lab.simulator.call({ function: 'HcnDeleteEndpoint', args: { id } });
};
export const deleteNamespace = async (lab: Lab, n: number): Promise<void> => {
  await lab.simulator.call({ function: 'HcnDeleteNamespace', args: { id: lab.pod(n).netns } });
};

export const DEL_CASES: readonly Case[] = [
  {
    points: ['P30'],
    title: 'DEL undoes ADD',
    versions: VERSIONS,
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      const other = await added(lab, lab.pod(2));
      await deleted(lab, lab.pod(1), lab.conf(), result);
      onlyAlive(lab, [addressOf(other)]);
      same(lab.members().length, 1, 'endpoints in namespaces');
    },
  },
  {
    points: ['P31'],
    title: 'DEL succeeds without prevResult, and with one that is empty',
    versions: VERSIONS,
    run: async (lab) => {
      await added(lab, lab.pod(1));
      await deleted(lab, lab.pod(1));
      nothingLeft(lab);
      if (!WITH_CHECK.includes(lab.version)) return;
      await added(lab, lab.pod(1));
      await deleted(lab, lab.pod(1), lab.conf({ prevResult: { cniVersion: lab.version } }));
      nothingLeft(lab);
    },
  },
  {
    points: ['P32'],
    title: 'DEL succeeds when the endpoint was deleted by hand',
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      await deleteEndpoints(lab);
      await deleted(lab, lab.pod(1), lab.conf(), result);
      nothingLeft(lab);
    },
  },
  {
    points: ['P32'],
    title: 'DEL removes the endpoint when the state folder is gone',
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      rmSync(lab.dataDir, { recursive: true, force: true });
      await deleted(lab, lab.pod(1), lab.conf(), result);
      nothingLeft(lab);
    },
  },
  {
    points: ['P32'],
    title: 'DEL succeeds when the network was deleted by hand',
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      await lab.simulator.call({ function: 'HcnDeleteNetwork', args: { id: NETWORKS.cbr0.id } });
      await deleted(lab, lab.pod(1), lab.conf(), result);
      nothingLeft(lab);
    },
  },
  {
    points: ['P32'],
    title: 'DEL of an attachment that never was succeeds',
    run: async (lab) => {
      await deleted(lab, lab.pod(1));
      nothingLeft(lab);
    },
  },
  {
    points: ['P33'],
    title: 'the address is free although the namespace is gone',
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      await deleteNamespace(lab, 1);
      await deleted(lab, lab.pod(1), lab.conf(), result);
      nothingLeft(lab);
    },
  },
  {
    points: ['P34'],
    title: 'three DELs succeed',
    versions: SOME_VERSIONS,
    run: async (lab) => {
      const result = await added(lab, lab.pod(1));
      for (let times = 0; times < 3; times++) await deleted(lab, lab.pod(1), lab.conf(), result);
      nothingLeft(lab);
    },
  },
  ...['HcnCreateEndpoint', 'HcnModifyNamespace'].map(
    (call): Case => ({
      points: ['P35'],
      title: `DEL after an ADD that failed in ${call} leaves nothing`,
      run: async (lab) => {
        for (const when of ['before', 'after'] as const) {
          lab.simulator.dispatcher.faults.set([{ function: call, when, hresult: 0x8007001f }]);
          failed(await lab.cni('ADD', lab.pod(1)), `ADD that fails in ${call}`);
          lab.simulator.dispatcher.faults.set([]);
          await deleted(lab, lab.pod(1));
          nothingLeft(lab);
        }
      },
    }),
  ),
  {
    points: ['P36'],
    title: 'DEL runs the delegate and returns its error',
    run: async (lab) => {
      const conf = delegating(lab);
      await added(lab, lab.pod(1), conf);
      lab.delegate.answer('DEL', {
        code: 1,
        stdout: { cniVersion: lab.version, code: 123, msg: 'the ledger is locked' },
      });
      const { text } = failed(await lab.cni('DEL', lab.pod(1), { conf }), 'DEL whose delegate fails');
      claim(text.includes('the ledger is locked'), `the error of the delegate is not passed on: ${text}`);
      lab.delegate.answer('DEL', {});
      await deleted(lab, lab.pod(1), conf);
      same(
        lab.delegate.calls().map(({ verb }) => verb),
        ['ADD', 'DEL', 'DEL'],
        'commands of the delegate',
      );
    },
  },
  {
    points: ['P37'],
    title: 'DEL prints nothing',
    versions: SOME_VERSIONS,
    run: async (lab) => {
      await added(lab, lab.pod(1));
      same((await deleted(lab, lab.pod(1))).stdout, '', 'stdout of DEL');
      same((await deleted(lab, lab.pod(1))).stdout, '', 'stdout of the second DEL');
    },
  },
  {
    points: ['P38'],
    title: 'DEL works with a configuration that was edited since',
    run: async (lab) => {
      const edits = [
        { dns: { nameservers: ['10.96.0.99'] } },
        lab.dialect.policy.conf,
        { cniVersion: '0.4.0' },
        { 'x-note': 'edited' },
      ];
      for (const edit of edits) {
        await added(lab, lab.pod(1));
        await deleted(lab, lab.pod(1), lab.conf(edit));
        nothingLeft(lab);
      }
      await added(lab, lab.pod(1));
      succeeded(
        await lab.cni('DEL', lab.pod(1), { conf: lab.conf({}, { ipam: { rangeStart: '10.244.3.200' } }) }),
        'DEL',
      );
      nothingLeft(lab);
    },
  },
];
