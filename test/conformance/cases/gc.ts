/** Stories about GC. */
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Json } from '../json.ts';
import type { Attachment, Lab, Ran } from '../lab.ts';
import { added, addressOf, delegating, failed, failedWith, nothingLeft, onlyAlive, succeeded } from '../steps.ts';
import { WITH_GC, WITHOUT_GC } from '../versions.ts';
import { deleteNamespace } from './del.ts';

const KEY = 'cni.dev/valid-attachments';
const OLDER_KEY = 'cni.dev/attachments';

const listOf = (valid: readonly Attachment[]): readonly Json[] =>
  valid.map(({ containerId, ifname }) => ({ containerID: containerId, ifname }));

/** GC as a runtime sends it: CNI_COMMAND and CNI_PATH, and a list in the configuration. */
const gc = (lab: Lab, valid: readonly Attachment[], conf: Json = lab.conf()): Promise<Ran> =>
  lab.cni('GC', undefined, { conf: { ...conf, [KEY]: listOf(valid) } });

/** Pods on cbr0; answers their addresses. */
async function pods(lab: Lab, all: readonly Attachment[]): Promise<readonly string[]> {
  const addresses: string[] = [];
  for (const pod of all) addresses.push(addressOf(await added(lab, pod)));
  return addresses;
}

export const GC_CASES: readonly Case[] = [
  {
    points: ['P60'],
    title: 'endpoints of attachments that are not listed go',
    versions: WITH_GC,
    run: async (lab) => {
      const [, second = ''] = await pods(lab, [lab.pod(1), lab.pod(2), lab.pod(3)]);
      succeeded(await gc(lab, [lab.pod(2)]), 'GC');
      same(
        lab.endpoints().flatMap(({ addresses }) => addresses),
        [second],
        'addresses of the endpoints',
      );
      same(lab.members().length, 1, 'endpoints in namespaces');
    },
  },
  {
    points: ['P61'],
    title: 'addresses of attachments that are not listed are free',
    versions: WITH_GC,
    run: async (lab) => {
      const [, second = ''] = await pods(lab, [lab.pod(1), lab.pod(2), lab.pod(3)]);
      succeeded(await gc(lab, [lab.pod(2)]), 'GC');
      same(lab.leases(), [second], 'addresses reserved');
    },
  },
  {
    points: ['P62'],
    title: 'the namespaces of stale attachments are gone already',
    versions: WITH_GC,
    run: async (lab) => {
      await pods(lab, [lab.pod(1), lab.pod(2)]);
      for (const n of [1, 2]) await deleteNamespace(lab, n);
      succeeded(await gc(lab, []), 'GC');
      nothingLeft(lab);
    },
  },
  {
    points: ['P63'],
    title: 'an endpoint that HNS does not delete is reported, the others go',
    versions: WITH_GC,
    run: async (lab) => {
      await pods(lab, [lab.pod(1), lab.pod(2), lab.pod(3)]);
      lab.simulator.dispatcher.faults.set([{ function: 'HcnDeleteEndpoint', hresult: 0x8007001f }]);
      failed(await gc(lab, []), 'GC with an endpoint that stays');
      same(lab.endpoints().length, 1, 'endpoints after GC');
      lab.simulator.dispatcher.faults.set([]);
      succeeded(await gc(lab, []), 'the next GC');
      nothingLeft(lab);
    },
  },
  {
    points: ['P64'],
    title: 'GC runs the delegate and returns its error',
    versions: WITH_GC,
    run: async (lab) => {
      const conf = delegating(lab);
      await added(lab, lab.pod(1), conf);
      succeeded(await gc(lab, [lab.pod(1)], conf), 'GC with a good delegate');
      const call = lab.delegate.calls().find(({ verb }) => verb === 'GC');
      claim(call !== undefined, 'the delegate was not run');
      same(call.stdin[KEY], listOf([lab.pod(1)]), 'list that the delegate got');
      lab.delegate.answer('GC', {
        code: 1,
        stdout: { cniVersion: lab.version, code: 123, msg: 'the ledger is locked' },
      });
      const { text } = failed(await gc(lab, [lab.pod(1)], conf), 'GC whose delegate fails');
      claim(text.includes('the ledger is locked'), `the error of the delegate is not passed on: ${text}`);
    },
  },
  {
    points: ['P65'],
    title: 'GC prints nothing',
    versions: WITH_GC,
    run: async (lab) => {
      await pods(lab, [lab.pod(1)]);
      for (const valid of [[lab.pod(1)], []]) same(succeeded(await gc(lab, valid), 'GC').stdout, '', 'stdout of GC');
    },
  },
  {
    points: ['P66'],
    title: 'container id and interface must both match',
    versions: WITH_GC,
    run: async (lab) => {
      const [one, two] = [lab.pod(1), lab.pod(2)];
      const [first = '', , third = ''] = await pods(lab, [one, lab.pod(1, 'eth1'), two]);
      succeeded(await gc(lab, [one, two, lab.pod(2, 'eth1')]), 'GC');
      onlyAlive(lab, [first, third]);
    },
  },
  {
    points: ['P67'],
    title: 'GC needs no variables of a container, and takes empty ones',
    versions: WITH_GC,
    run: async (lab) => {
      await pods(lab, [lab.pod(1)]);
      const env = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '', CNI_ARGS: '' };
      const conf = lab.conf({ [KEY]: listOf([lab.pod(1)]) });
      succeeded(await lab.cni('GC', undefined, { conf, env }), 'GC with empty variables');
      succeeded(await gc(lab, []), 'GC without variables');
      nothingLeft(lab);
    },
  },
  {
    points: ['P68'],
    title: 'GC below 1.1.0 is code 1',
    versions: WITHOUT_GC,
    run: async (lab) => {
      failedWith(await gc(lab, []), 1, 'GC');
    },
  },
  {
    points: ['P68'],
    title: 'the older name of the list is accepted',
    versions: WITH_GC,
    run: async (lab) => {
      const [first = ''] = await pods(lab, [lab.pod(1), lab.pod(2)]);
      succeeded(await lab.cni('GC', undefined, { conf: lab.conf({ [OLDER_KEY]: listOf([lab.pod(1)]) }) }), 'GC');
      onlyAlive(lab, [first]);
    },
  },
  {
    points: ['P69'],
    title: 'without a list everything alive stays, with an empty one all goes',
    versions: WITH_GC,
    run: async (lab) => {
      const alive = await pods(lab, [lab.pod(1), lab.pod(2)]);
      for (const more of [{}, { [KEY]: null }]) {
        succeeded(await lab.cni('GC', undefined, { conf: lab.conf(more) }), 'GC without a list');
        onlyAlive(lab, alive);
      }
      succeeded(await gc(lab, []), 'GC with an empty list');
      nothingLeft(lab);
    },
  },
  {
    points: ['P70'],
    title: 'attachments of another network and endpoints of others stay',
    versions: WITH_GC,
    run: async (lab) => {
      lab.plant({
        endpoints: [{ Name: 'someone', network: 'cbr0', IpConfigurations: [{ IpAddress: '10.244.3.99' }] }],
      });
      const other = addressOf(await added(lab, lab.pod(1), lab.conf({}, { network: 'cbr1' })));
      await pods(lab, [lab.pod(2)]);
      succeeded(await gc(lab, []), 'GC of cbr0');
      same(lab.leases('cbr0'), [], 'addresses reserved of cbr0');
      onlyAlive(lab, [other], 'cbr1');
      const names = lab.simulator.hns.dump().endpoints.map(({ Name }) => Name);
      claim(names.includes('someone'), 'the endpoint of another program is gone');
    },
  },
];
