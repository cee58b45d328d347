/** Stories about the process: its streams, its exit code and its error objects. */
import type { Case } from '../case.ts';
import { brief, claim, same } from '../claim.ts';
import { isObject, parseOne, textAt } from '../json.ts';
import type { Lab, Ran } from '../lab.ts';
import { claimForm } from '../result.ts';
import { added, addressOf, checked, deleted, endpointAt, failed, failedWith, succeeded } from '../steps.ts';
import { VERSIONS } from '../versions.ts';

/** Commands that fail for reasons of every kind, by what is wrong. */
async function failures(lab: Lab): Promise<readonly (readonly [string, Ran])[]> {
  const pod = lab.pod(1);
  const add = (options: Parameters<Lab['cni']>[2]): Promise<Ran> => lab.cni('ADD', pod, options);
  const found: (readonly [string, Ran])[] = [
    ['stdin without JSON', await add({ conf: 'no JSON' })],
    ['stdin with a list', await add({ conf: '[]' })],
    ['a version nobody knows', await add({ conf: lab.conf({ cniVersion: '9.9.9' }) })],
    ['a network name with a slash', await add({ conf: lab.conf({ name: 'a/b' }) })],
    ['no CNI_IFNAME', await add({ env: { CNI_IFNAME: undefined } })],
    ['a container id with a slash', await add({ env: { CNI_CONTAINERID: 'a/b' } })],
    ['a namespace that is no GUID', await add({ env: { CNI_NETNS: 'nothing' } })],
    ['a command that does not exist', await lab.cni('EXPLODE', pod)],
    ['a network that does not exist', await add({ conf: lab.conf({ name: 'cbr9' }) })],
  ];
  lab.simulator.dispatcher.faults.set([{ function: 'HcnCreateEndpoint', hresult: 0x80070057 }]);
  found.push(['HNS refuses the endpoint', await add({})]);
  lab.simulator.dispatcher.faults.set([]);
  return found;
}

/** The codes that the specification gives a meaning: 1 to 8, 11, 50, 51. */
const RESERVED = [1, 2, 3, 4, 5, 6, 7, 8, 11, 50, 51];

export const PROCESS_CASES: readonly Case[] = [
  {
    points: ['P01'],
    title: 'environment and configuration decide what is attached where',
    run: async (lab) => {
      const [one, two] = [lab.pod(1), lab.pod(2)];
      const first = await added(lab, one);
      const second = await added(lab, two, lab.conf({}, { network: 'cbr1' }));
      same(endpointAt(lab, addressOf(first)).namespace, one.netns, 'namespace of the first endpoint');
      same(endpointAt(lab, addressOf(second)).namespace, two.netns, 'namespace of the second endpoint');
      claim(addressOf(first).startsWith('10.244.3.'), `the first address ${addressOf(first)} is not of cbr0`);
      claim(addressOf(second).startsWith('10.244.4.'), `the second address ${addressOf(second)} is not of cbr1`);
    },
  },
  {
    points: ['P02'],
    title: 'ADD prints JSON on stdout',
    versions: VERSIONS,
    run: async (lab) => {
      const ran = await lab.cni('ADD', lab.pod(1));
      claim(ran.code === 0, `ADD failed: ${brief(ran.stdout)}`);
      claim(ran.json !== undefined, `stdout is no JSON object: ${brief(ran.stdout)}`);
      claim(!('code' in ran.json), 'the result of a success looks like an error object');
    },
  },
  {
    points: ['P03'],
    title: 'the exit code tells success from failure',
    run: async (lab) => {
      const pod = lab.pod(1);
      const result = await added(lab, pod);
      same((await checked(lab, pod, result.json)).code, 0, 'exit code of CHECK');
      same((await lab.cni('DEL', pod)).code, 0, 'exit code of DEL');
      for (const [what, { code }] of await failures(lab)) claim(code !== 0, `with ${what} the exit code is 0`);
    },
  },
  {
    points: ['P04'],
    title: 'failures of every kind print an error object on stdout',
    run: async (lab) => {
      for (const [what, ran] of await failures(lab)) failed(ran, `ADD with ${what}`);
    },
  },
  {
    points: ['P05'],
    title: 'stdout holds one JSON value or nothing',
    versions: VERSIONS,
    run: async (lab) => {
      const pod = lab.pod(1);
      const runs: Ran[] = [await lab.cni('VERSION', undefined), await lab.cni('ADD', pod), await lab.cni('DEL', pod)];
      if (lab.version === '1.0.0') runs.push(...(await failures(lab)).map(([, ran]) => ran));
      for (const { stdout } of runs) {
        const isOne = stdout.trim() === '' || isObject(parseOne(stdout));
        claim(isOne, `stdout is not one JSON object: ${brief(stdout)}`);
      }
    },
  },
  {
    points: ['P06'],
    title: 'an error object has cniVersion, a numeric code and a text',
    run: async (lab) => {
      for (const [what, ran] of await failures(lab)) {
        const { json } = failed(ran, `ADD with ${what}`);
        claim(/^\d+\.\d+\.\d+$/.test(textAt(json, 'cniVersion')), `with ${what} the error has no cniVersion`);
        claim(Number.isInteger(json['code']), `with ${what} the code is ${brief(json['code'])}`);
        claim(textAt(json, 'msg') !== '', `with ${what} the error has no msg`);
        const { details = '' } = json;
        claim(typeof details === 'string', `with ${what} details is ${brief(details)}`);
      }
    },
  },
  {
    points: ['P07'],
    title: 'codes below 100 are those that are reserved',
    run: async (lab) => {
      for (const [what, ran] of await failures(lab)) {
        const { code } = failed(ran, `ADD with ${what}`);
        claim(code >= 100 || RESERVED.includes(code), `with ${what} the code is ${code}, which has no meaning`);
      }
      const missing = failed(await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ name: 'cbr9' }) }), 'ADD');
      claim(
        ![1, 4, 6].includes(missing.code),
        `a missing HNS network has code ${missing.code}, which means another thing`,
      );
    },
  },
  {
    points: ['P08'],
    title: 'an error of a variable names the variable',
    run: async (lab) => {
      for (const name of ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_NETNS']) {
        const { text } = failedWith(
          await lab.cni('ADD', lab.pod(1), { env: { [name]: undefined } }),
          4,
          `ADD without ${name}`,
        );
        claim(text.includes(name), `without ${name} the error does not name it: ${text}`);
      }
      const both = { CNI_CONTAINERID: undefined, CNI_IFNAME: undefined };
      const { text } = failedWith(await lab.cni('ADD', lab.pod(1), { env: both }), 4, 'ADD without two variables');
      claim(text.includes('CNI_CONTAINERID') && text.includes('CNI_IFNAME'), `only one variable is named: ${text}`);
    },
  },
  {
    points: ['P09'],
    title: 'a command that does not exist is code 4, no command is an introduction',
    run: async (lab) => {
      failedWith(await lab.cni('EXPLODE', lab.pod(1)), 4, 'the command EXPLODE');
      failedWith(await lab.cni('add', lab.pod(1)), 4, 'the command "add"');
      const none = await lab.cni('', undefined, { env: { CNI_COMMAND: undefined, CNI_PATH: undefined }, conf: '' });
      succeeded(none, 'a start without CNI_COMMAND');
      claim(none.stderr.trim() !== '', 'a start without CNI_COMMAND says nothing on stderr');
      same(none.stdout, '', 'stdout of a start without CNI_COMMAND');
    },
  },
  {
    points: ['P10'],
    title: 'configurations that cannot be read have their codes',
    run: async (lab) => {
      const add = (conf: Parameters<Lab['conf']>[0] | string): Promise<Ran> =>
        lab.cni('ADD', lab.pod(1), { conf: typeof conf === 'string' ? conf : lab.conf(conf) });
      for (const stdin of ['', '{', 'true', '{"cniVersion":']) failedWith(await add(stdin), 6, `stdin ${brief(stdin)}`);
      failedWith(await lab.cni('ADD', lab.pod(1), { conf: Buffer.from([0x7b, 0xc3, 0x28, 0x7d]) }), 6, 'broken UTF-8');
      failedWith(await add({ name: undefined }), 7, 'no network name');
      failedWith(await add({ name: 'a b' }), 7, 'a network name with a space');
      const { text } = failedWith(await add({ cniVersion: '9.9.9' }), 1, 'cniVersion 9.9.9');
      claim(text.includes('9.9.9') && /[01]\.\d\.\d/.test(text.replaceAll('9.9.9', '')), `not both sides: ${text}`);
    },
  },
  {
    points: ['P11'],
    title: 'unknown keys do no harm, and dns keeps its meaning',
    run: async (lab) => {
      const unknown = await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ 'x-unknown': { deep: [1] } }) });
      if (unknown.code === 0) claimForm(unknown.json ?? {}, lab.version);
      else failed(unknown, 'ADD with an unknown key');
      const dns = { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'] };
      const result = await added(lab, lab.pod(2), lab.conf({ dns }));
      const { document } = endpointAt(lab, addressOf(result));
      const seen = JSON.stringify(document['Dns'] ?? {});
      claim(seen.includes('10.96.0.10') && seen.includes('svc.cluster.local'), `dns of the endpoint is ${seen}`);
    },
  },
  {
    points: ['P12'],
    title: 'every verb works without reserved keys',
    run: async (lab) => {
      const pod = lab.pod(1);
      const result = await added(lab, pod);
      succeeded(await checked(lab, pod, result.json), 'CHECK');
      await deleted(lab, pod);
      succeeded(await lab.cni('STATUS', undefined, { conf: lab.conf({}, { version: '1.1.0' }) }), 'STATUS');
      succeeded(await lab.cni('GC', undefined, { conf: lab.conf({}, { version: '1.1.0' }) }), 'GC');
    },
  },
];
