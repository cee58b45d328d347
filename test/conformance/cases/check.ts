/** Stories about CHECK. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import { isObject, type Json, objects, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import type { View } from '../result.ts';
import { added, addressOf, checked, delegating, endpointAt, failed, failedWith, succeeded } from '../steps.ts';
import { WITH_CHECK, WITHOUT_CHECK } from '../versions.ts';
import { deleteEndpoints, deleteNamespace } from './del.ts';

/** ADD, something happens, and CHECK with the result of ADD must fail. */
function notices(title: string, point: string, happen: (lab: Lab, result: View) => unknown): Case {
  return {
    points: [point],
    title,
    versions: WITH_CHECK,
    run: async (lab) => {
      const conf = lab.conf(lab.dialect.policy.conf);
      const result = await added(lab, lab.pod(1), conf);
      succeeded(await checked(lab, lab.pod(1), result.json, conf), 'CHECK before it');
      const happened = await happen(lab, result);
      const prevResult = isObject(happened) ? happened : result.json;
      failed(await checked(lab, lab.pod(1), prevResult, conf), `CHECK after it (${title})`);
    },
  };
}

/** The same result with its addresses, or its own interface, changed. */
const withIps = ({ json }: View, change: (ip: Json) => Json): Json => ({
  ...json,
  ips: objects(json['ips']).map(change),
});
const withInterface = ({ json }: View, change: (one: Json) => Json): Json => ({
  ...json,
  interfaces: objects(json['interfaces']).map((one) => (textAt(one, 'name') === 'eth0' ? change(one) : one)),
});

const detach = async (lab: Lab, n = 1): Promise<void> => {
  const request = { ResourceType: 'Endpoint', RequestType: 'Remove', Settings: { EndpointId: lab.endpoints()[0]?.id } };
  await operate(lab, n, request);
};

/** A change of a namespace by an operator. */
async function operate(lab: Lab, n: number, settings: Json): Promise<void> {
  const opened = await lab.simulator.call({ function: 'HcnOpenNamespace', args: { id: lab.pod(n).netns } });
  const args = { namespace: opened.handle ?? 0, settings: JSON.stringify(settings) };
  const { hresult } = await lab.simulator.call({ function: 'HcnModifyNamespace', args });
  claim(hresult === 0, `the suite could not change the namespace: ${hresult}`);
}

async function removePolicies(lab: Lab): Promise<void> {
  const [endpoint] = lab.endpoints();
  const Policies = objects(endpoint?.document['Policies']).filter(({ Type }) => Type === lab.dialect.policy.type);
  claim(Policies.length > 0, 'the endpoint does not have the policy of its configuration');
  const opened = await lab.simulator.call({ function: 'HcnOpenEndpoint', args: { id: endpoint?.id ?? '' } });
  const settings = JSON.stringify({ ResourceType: 'Policy', RequestType: 'Remove', Settings: { Policies } });
  const { hresult } = await lab.simulator.call({
    function: 'HcnModifyEndpoint',
    args: { endpoint: opened.handle ?? 0, settings },
  });
  claim(hresult === 0, `the suite could not remove the policy: ${hresult}`);
}

export const CHECK_CASES: readonly Case[] = [
  notices('prevResult has another address', 'P39', (_, result) =>
    withIps(result, (ip) => ({ ...ip, address: '10.244.3.222/24' })),
  ),
  notices('prevResult has another MAC address', 'P39', (_, result) =>
    withInterface(result, (one) => ({ ...one, mac: '02:00:00:00:00:99' })),
  ),
  notices('prevResult does not have the interface', 'P39', (_, result) =>
    withInterface(result, (one) => ({ ...one, name: 'other' })),
  ),
  {
    points: ['P40'],
    title: 'later plugins added an interface, addresses, routes and dns',
    versions: WITH_CHECK,
    run: async (lab) => {
      const { json } = await added(lab, lab.pod(1));
      const family = lab.version === '0.4.0' ? { version: '4' } : {};
      const interfaces = objects(json['interfaces']);
      const more = {
        ...json,
        interfaces: [...interfaces, { name: 'tuned0', mac: '02:00:00:00:00:03', sandbox: lab.pod(1).netns }],
        ips: [...objects(json['ips']), { ...family, address: '192.0.2.9/24', interface: interfaces.length }],
        routes: [...objects(json['routes']), { dst: '203.0.113.0/24' }],
        dns: { nameservers: ['192.0.2.53'] },
      };
      succeeded(await checked(lab, lab.pod(1), more), 'CHECK with a richer prevResult');
    },
  },
  notices('the endpoint was deleted by hand', 'P41', deleteEndpoints),
  notices('another endpoint has the name, with another address', 'P41', async (lab) => {
    const name = lab.endpoints()[0]?.name;
    await deleteEndpoints(lab);
    lab.simulator.hns.seed({
      endpoints: [
        { Name: name, network: 'cbr0', namespace: lab.pod(1).netns, IpConfigurations: [{ IpAddress: '10.244.3.200' }] },
      ],
    });
  }),
  notices('the policy of the endpoint was removed', 'P42', removePolicies),
  notices('the reservation of the address is gone', 'P42', (lab) => {
    rmSync(join(lab.dataDir, 'cbr0'), { recursive: true });
  }),
  notices('the service is down', 'P42', (lab) => {
    lab.simulator.dispatcher.faults.set([{ function: '*', every: true, hresult: 0x800706ba }]);
  }),
  notices('the endpoint was taken out of the namespace', 'P43', (lab) => detach(lab)),
  notices('the namespace is gone', 'P43', (lab) => deleteNamespace(lab, 1)),
  {
    points: ['P44', 'P46'],
    title: 'right after ADD CHECK is satisfied and prints nothing',
    versions: WITH_CHECK,
    run: async (lab) => {
      const conf = lab.conf({ ...lab.dialect.policy.conf, dns: { nameservers: ['10.96.0.10'] } });
      const result = await added(lab, lab.pod(1), conf);
      const ran = succeeded(await checked(lab, lab.pod(1), result.json, conf), 'CHECK');
      same(ran.stdout, '', 'stdout of CHECK');
    },
  },
  {
    points: ['P45'],
    title: 'CHECK runs the delegate and passes its error on',
    versions: WITH_CHECK,
    run: async (lab) => {
      const conf = delegating(lab);
      const { json } = await added(lab, lab.pod(1), conf);
      succeeded(await checked(lab, lab.pod(1), json, conf), 'CHECK with a satisfied delegate');
      const error = { cniVersion: lab.version, code: 123, msg: 'the lease is not mine' };
      lab.delegate.answer('CHECK', { code: 1, stdout: error });
      const { text } = failed(await checked(lab, lab.pod(1), json, conf), 'CHECK whose delegate fails');
      claim(text.includes('the lease is not mine'), `the error of the delegate is not passed on: ${text}`);
    },
  },
  {
    points: ['P47'],
    title: 'CHECK below 0.4.0 is code 1',
    versions: WITHOUT_CHECK,
    run: async (lab) => {
      const { json } = await added(lab, lab.pod(1));
      failedWith(await checked(lab, lab.pod(1), json), 1, 'CHECK');
    },
  },
  {
    points: ['P48'],
    title: 'another CNI_PATH is fine, another interface or container is not',
    versions: WITH_CHECK,
    run: async (lab) => {
      const { json } = await added(lab, lab.pod(1));
      const conf = lab.conf({ prevResult: json });
      const path = lab.subject.path(`${lab.folder}/elsewhere`);
      succeeded(await lab.cni('CHECK', lab.pod(1), { conf, env: { CNI_PATH: path } }), 'CHECK with another CNI_PATH');
      failed(await lab.cni('CHECK', lab.pod(1, 'eth1'), { conf }), 'CHECK of another interface');
      failed(await lab.cni('CHECK', { ...lab.pod(1), containerId: 'other' }, { conf }), 'CHECK of another container');
    },
  },
  notices('sandbox of prevResult is another one', 'W20', (lab, result) =>
    withInterface(result, (one) => ({ ...one, sandbox: lab.pod(2).netns })),
  ),
  notices('the index of the address leads nowhere', 'W20', (_, result) =>
    withIps(result, (ip) => ({ ...ip, interface: 7 })),
  ),
  notices('the endpoint was moved to another namespace', 'W20', async (lab, result) => {
    const EndpointId = endpointAt(lab, addressOf(result)).id;
    await detach(lab);
    await operate(lab, 2, { ResourceType: 'Endpoint', RequestType: 'Add', Settings: { EndpointId } });
  }),
];
