/** Stories about the variables of the environment. */
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import { objects, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import { added, delegating, deleted, endpointAt, failed, failedWith, nothingLeft, succeeded } from '../steps.ts';
import { WITH_INTERFACES } from '../versions.ts';

/** The variables of an attachment that a verb requires. */
const REQUIRED = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
} as const;

/** What came of an address that was asked for: the one of the pod, or "refused". */
async function askedFor(lab: Lab, n: number, { args, conf = {} }: { args?: string; conf?: object }): Promise<string> {
  const ran = await lab.cni('ADD', lab.pod(n), { conf: lab.conf({ ...conf }), env: { CNI_ARGS: args } });
  if (ran.code !== 0) {
    failed(ran, 'ADD that asks for an address');
    return 'refused';
  }
  const [ip] = objects(ran.json?.['ips']);
  return ip === undefined ? 'none' : textAt(ip, 'address');
}

export const PARAMETER_CASES: readonly Case[] = [
  {
    points: ['P13'],
    title: 'container ids outside the grammar are code 4, all inside it work',
    run: async (lab) => {
      for (const containerId of ['.abc', '-abc', '_abc', 'a/b', 'a\\b', 'a b', 'ä', 'a:b']) {
        failedWith(await lab.cni('ADD', { ...lab.pod(1), containerId }), 4, `ADD of container "${containerId}"`);
      }
      nothingLeft(lab);
      for (const containerId of ['a', '0', 'A.b_c-9', 'f'.repeat(64)]) {
        await added(lab, { ...lab.pod(1), containerId });
        await deleted(lab, { ...lab.pod(1), containerId });
      }
    },
  },
  {
    points: ['P14'],
    title: 'the interface has the name asked for, or there is an error',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      for (const ifname of ['eth0', 'x', 'a-b.c_d@123456']) {
        const { interfaces } = await added(lab, lab.pod(1, ifname));
        const names = interfaces.map((one) => textAt(one, 'name'));
        claim(names.includes(ifname), `no interface is named "${ifname}", only "${names.join('", "')}"`);
      }
      if (lab.version !== '1.0.0') return;
      for (const ifname of ['.', '..', 'a/b', 'a:b', 'a b', 'sixteen-letters1']) {
        failedWith(await lab.cni('ADD', lab.pod(2, ifname)), 4, `ADD of interface "${ifname}"`);
      }
    },
  },
  ...Object.entries(REQUIRED).map(
    ([verb, names]): Case => ({
      points: ['P15'],
      title: `${verb} asks for the variables it needs`,
      run: async (lab) => {
        const result = await added(lab, lab.pod(1));
        for (const name of names) {
          for (const value of [undefined, '']) {
            const options = { conf: lab.conf({ prevResult: result.json }), env: { [name]: value } };
            const what = `${verb} with ${name} ${value === '' ? 'empty' : 'absent'}`;
            failedWith(await lab.cni(verb, lab.pod(1), options), 4, what);
          }
        }
      },
    }),
  ),
  {
    points: ['P15'],
    title: 'GC asks for CNI_PATH, VERSION for nothing',
    versions: ['1.1.0'],
    run: async (lab) => {
      failedWith(await lab.cni('GC', undefined, { env: { CNI_PATH: undefined } }), 4, 'GC without CNI_PATH');
      succeeded(await lab.cni('VERSION', undefined, { env: { CNI_PATH: undefined } }), 'VERSION without CNI_PATH');
    },
  },
  {
    points: ['P16'],
    title: 'DEL without CNI_NETNS leaves nothing',
    run: async (lab) => {
      for (const netns of [undefined, '']) {
        await added(lab, lab.pod(1));
        succeeded(await lab.cni('DEL', lab.pod(1), { env: { CNI_NETNS: netns } }), 'DEL without CNI_NETNS');
        nothingLeft(lab);
      }
    },
  },
  {
    points: ['P17'],
    title: 'what a kubelet sends is fine, unknown keys and broken pairs are not',
    run: async (lab) => {
      const ok =
        'K8S_POD_UID=1-2;IgnoreUnknown=1;K8S_POD_NAMESPACE=default;X=a=b;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=f';
      succeeded(await lab.cni('ADD', lab.pod(1), { env: { CNI_ARGS: ok } }), `ADD with CNI_ARGS ${ok}`);
      for (const args of ['NOBODY=knows', 'IgnoreUnknown=1;broken', 'IgnoreUnknown=0;NOBODY=knows']) {
        failed(await lab.cni('ADD', lab.pod(2), { env: { CNI_ARGS: args } }), `ADD with CNI_ARGS ${args}`);
      }
    },
  },
  {
    points: ['P17'],
    title: 'an address asked for is given or refused, never passed over; args.cni wins',
    run: async (lab) => {
      const claimOneOf = (got: string, wanted: string, what: string): void => {
        claim([`${wanted}/24`, 'refused'].includes(got), `${what} was answered by ${got}`);
      };
      claimOneOf(await askedFor(lab, 1, { args: 'IP=10.244.3.50' }), '10.244.3.50', 'IP=10.244.3.50 in CNI_ARGS');
      const conf = { args: { cni: { ips: ['10.244.3.61'] } } };
      claimOneOf(await askedFor(lab, 2, { conf }), '10.244.3.61', '10.244.3.61 in args.cni.ips');
      const both = { args: 'IP=10.244.3.70', conf: { args: { cni: { ips: ['10.244.3.71'] } } } };
      claimOneOf(await askedFor(lab, 3, both), '10.244.3.71', '10.244.3.71 in args.cni.ips and another in CNI_ARGS');
    },
  },
  {
    points: ['P18'],
    title: 'the delegate is found in the second folder of CNI_PATH',
    run: async (lab) => {
      const separator = lab.subject.system === 'windows' ? ';' : ':';
      const path = [`${lab.folder}/nothing-here`, `${lab.folder}/bin`].map(lab.subject.path).join(separator);
      const conf = delegating(lab);
      succeeded(
        await lab.cni('ADD', lab.pod(1), { conf, env: { CNI_PATH: path } }),
        'ADD with two folders in CNI_PATH',
      );
      same(endpointAt(lab, '10.244.5.77').namespace, lab.pod(1).netns, 'namespace of the endpoint');
    },
  },
];
