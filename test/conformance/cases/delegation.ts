/** Stories about delegation of addresses to a plugin in CNI_PATH. */
import type { Case } from '../case.ts';
import { brief, claim, same } from '../claim.ts';
import type { Json } from '../json.ts';
import type { Lab, Ran } from '../lab.ts';
import {
  added,
  addressOf,
  checked,
  delegating,
  deleted,
  endpointAt,
  failed,
  nothingLeft,
  succeeded,
} from '../steps.ts';
import { VERSIONS } from '../versions.ts';

const ERROR = { code: 123, msg: 'the ledger is locked' };

/** Every verb that a delegate is run for after ADD, as a runtime starts it. */
const VERBS = ['CHECK', 'DEL', 'GC', 'STATUS'] as const;

/** ADD, and then one of them. */
async function command(lab: Lab, verb: string, result: Json): Promise<Ran> {
  const conf = delegating(lab);
  if (verb === 'CHECK') return checked(lab, lab.pod(1), result, conf);
  if (verb === 'DEL') return lab.cni('DEL', lab.pod(1), { conf });
  return lab.cni(verb, undefined, { conf: { ...conf, 'cni.dev/valid-attachments': [] } });
}

export const DELEGATION_CASES: readonly Case[] = [
  {
    points: ['P71'],
    title: 'the delegate is found in CNI_PATH; one that is not there is an error',
    run: async (lab) => {
      await added(lab, lab.pod(1), delegating(lab));
      same(
        lab.delegate.calls().map(({ verb }) => verb),
        ['ADD'],
        'commands of the delegate',
      );
      const path = lab.subject.path(`${lab.folder}/elsewhere`);
      const conf = delegating(lab);
      failed(
        await lab.cni('ADD', lab.pod(2), { conf, env: { CNI_PATH: path } }),
        'ADD without the delegate in CNI_PATH',
      );
      failed(
        await lab.cni('ADD', lab.pod(2), { conf: lab.conf({ name: lab.ownNetwork, ipam: { type: 'no-such-ipam' } }) }),
        'ADD with an unknown type',
      );
      same(lab.endpoints().length, 1, 'endpoints on the node');
    },
  },
  {
    points: ['P72'],
    title: 'the delegate gets environment and configuration as they came',
    run: async (lab) => {
      const env = { CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=web', SUITE_MARK: 'kept = as it is' };
      const more = { 'x-unknown': { Deep: [1, null, 'ä'] }, runtimeConfig: { dns: { Servers: ['10.96.0.10'] } } };
      const conf = delegating(lab, '10.244.5.77/24', more);
      succeeded(await lab.cni('ADD', lab.pod(1), { conf, env }), 'ADD');
      const [call] = lab.delegate.calls();
      claim(call !== undefined, 'the delegate was not run');
      same(call.stdin, conf, 'configuration that the delegate got');
      const pod = lab.pod(1);
      const wanted = {
        CNI_COMMAND: 'ADD',
        CNI_CONTAINERID: pod.containerId,
        CNI_NETNS: pod.netns,
        CNI_IFNAME: 'eth0',
        ...env,
      };
      for (const [name, value] of Object.entries(wanted)) same(call.env[name], value, `${name} that the delegate got`);
    },
  },
  {
    points: ['P73'],
    title: 'the delegate decides the address, and its exit code success',
    versions: VERSIONS,
    run: async (lab) => {
      const result = await added(lab, lab.pod(1), delegating(lab, '10.244.5.123/24'));
      same(addressOf(result), '10.244.5.123', 'address in the result');
      endpointAt(lab, '10.244.5.123');
      await deleted(lab, lab.pod(1), delegating(lab));
      const stdout = { cniVersion: lab.version, ips: [{ address: '10.244.5.124/24' }], ip4: { ip: '10.244.5.124/24' } };
      const conf = delegating(lab);
      lab.delegate.answer('ADD', { code: 3, stdout });
      failed(await lab.cni('ADD', lab.pod(1), { conf }), 'ADD whose delegate ended with 3');
      same(lab.endpoints(), [], 'endpoints on the node');
    },
  },
  {
    points: ['P74'],
    title: 'stderr of the delegate is passed on',
    run: async (lab) => {
      const conf = delegating(lab);
      lab.delegate.answer('DEL', { stderr: 'a word from the ledger\n' });
      await added(lab, lab.pod(1), conf);
      const { stderr } = await deleted(lab, lab.pod(1), conf);
      claim(stderr.includes('a word from the ledger'), `stderr is ${brief(stderr)}`);
    },
  },
  ...VERBS.map(
    (verb): Case => ({
      points: ['P75'],
      title: `${verb} runs the delegate with the same configuration and returns its error`,
      versions: ['1.1.0'],
      run: async (lab) => {
        const result = await added(lab, lab.pod(1), delegating(lab));
        lab.delegate.answer(verb, { code: 1, stdout: { cniVersion: lab.version, ...ERROR } });
        const { text } = failed(await command(lab, verb, result.json), `${verb} whose delegate fails`);
        claim(text.includes(ERROR.msg), `the error of the delegate is not passed on: ${text}`);
        const call = lab.delegate.calls().find((one) => one.verb === verb);
        claim(call !== undefined, `the delegate was not run for ${verb}`);
        same(call.stdin['ipam'], delegating(lab)['ipam'], 'ipam section that the delegate got');
        lab.delegate.answer(verb, {});
        succeeded(await command(lab, verb, result.json), `${verb} whose delegate succeeds`);
      },
    }),
  ),
  {
    points: ['P77'],
    title: 'network names that no folder can have are code 7',
    run: async (lab) => {
      const names = ['', '-a', '.a', '_a', 'a/b', 'a\\b', 'a b', 'a:b', '../a', 'con', 'NUL', 'com1', 'aux.txt', 'a.'];
      for (const name of names) {
        const error = failed(
          await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ name }) }),
          `ADD to network "${name}"`,
        );
        same(error.code, 7, `code for network "${name}"`);
      }
      nothingLeft(lab);
    },
  },
  {
    points: ['P78'],
    title: 'types with path separators are refused, and nothing is started',
    run: async (lab) => {
      for (const type of ['../bin/fake-ipam', './fake-ipam', '..\\bin\\fake-ipam', '/fake-ipam']) {
        failed(
          await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ name: lab.ownNetwork, ipam: { type } }) }),
          `ADD with ipam.type "${type}"`,
        );
      }
      same(lab.delegate.calls(), [], 'commands of the delegate');
      for (const type of [`../${lab.dialect.type}`, `a\\${lab.dialect.type}`]) {
        failed(await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ type }) }), `ADD with type "${type}"`);
      }
      nothingLeft(lab);
    },
  },
  {
    points: ['P79'],
    title: 'networks and interfaces of one container do not disturb each other',
    run: async (lab) => {
      const [eth0, eth1] = [lab.pod(1), lab.pod(1, 'eth1')];
      const other = lab.conf({}, { network: 'cbr1' });
      await added(lab, eth0);
      const second = await added(lab, eth1);
      const third = await added(lab, lab.pod(1, 'eth2'), other);
      await deleted(lab, eth0);
      const alive = lab
        .endpoints()
        .map(({ addresses }) => addresses[0] ?? '')
        .sort();
      same(alive, [addressOf(second), addressOf(third)].sort(), 'addresses of the endpoints');
      await deleted(lab, eth1);
      same(lab.leases('cbr1'), [addressOf(third)], 'addresses reserved of cbr1');
      await deleted(lab, lab.pod(1, 'eth2'), other);
      nothingLeft(lab);
      nothingLeft(lab, 'cbr1');
    },
  },
  {
    points: ['P80'],
    title: 'DEL after an ADD that was killed leaves nothing',
    run: async (lab) => {
      for (const call of ['HcnCreateEndpoint', 'HcnModifyNamespace']) {
        lab.simulator.dispatcher.faults.set([{ function: call, action: 'kill', when: 'after' }]);
        const ran = await lab.cni('ADD', lab.pod(1));
        claim(ran.wasKilled, `ADD makes no call ${call} it could be killed in: it ended with ${String(ran.code)}`);
        lab.simulator.dispatcher.faults.set([]);
        await deleted(lab, lab.pod(1));
        nothingLeft(lab);
      }
    },
  },
];
