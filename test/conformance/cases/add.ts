/** Stories about ADD. */
import type { Case } from '../case.ts';
import { brief, claim, same } from '../claim.ts';
import { textAt } from '../json.ts';
import { plainMac } from '../node.ts';
import { claimForm, hostOf } from '../result.ts';
import {
  added,
  addressOf,
  delegating,
  endpointAt,
  failed,
  inParallel,
  nothingLeft,
  numbers,
  onlyAlive,
  succeeded,
} from '../steps.ts';
import { VERSIONS, WITH_INTERFACES } from '../versions.ts';

export const ADD_CASES: readonly Case[] = [
  {
    points: ['P19'],
    title: 'the endpoint is in the namespace of the container',
    versions: VERSIONS,
    run: async (lab) => {
      const endpoint = endpointAt(lab, addressOf(await added(lab, lab.pod(3))));
      same(endpoint.namespace, lab.pod(3).netns, 'namespace of the endpoint');
      claim(lab.members().includes(endpoint.id), 'the namespace does not list the endpoint');
    },
  },
  {
    points: ['P20'],
    title: 'the result tells what is on the node',
    versions: VERSIONS,
    run: async (lab) => {
      const { ips } = await added(lab, lab.pod(1));
      same(ips.length, 1, 'addresses in the result');
      endpointAt(lab, hostOf(ips[0]?.address ?? ''));
    },
  },
  {
    points: ['P23'],
    title: 'a second ADD of the same interface is an error and changes nothing',
    versions: VERSIONS,
    run: async (lab) => {
      const first = await added(lab, lab.pod(1));
      const before = lab.endpoints();
      failed(await lab.cni('ADD', lab.pod(1)), 'the second ADD');
      same(lab.endpoints(), before, 'endpoints after the second ADD');
      onlyAlive(lab, [addressOf(first)]);
    },
  },
  {
    points: ['P24'],
    title: 'the result is complete',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      const pod = lab.pod(1);
      const dns = { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'] };
      const conf = lab.conf({ dns }, { ipam: { routes: [{ dst: '192.168.0.0/16' }] } });
      const result = await added(lab, pod, conf);
      same(result.json['cniVersion'], lab.version, 'cniVersion');
      const own = result.interfaces.find((one) => textAt(one, 'sandbox') !== '') ?? {};
      same(own['sandbox'], pod.netns, 'sandbox of the interface');
      same(plainMac(textAt(own, 'mac')), endpointAt(lab, addressOf(result)).mac, 'mac of the interface');
      const [ip] = result.ips;
      same(result.interfaces[ip?.interface ?? -1], own, 'interface that the address points at');
      claim(/^10\.244\.3\.\d+\/24$/.test(ip?.address ?? ''), `the address is ${brief(ip?.address)}`);
      claim(/^10\.244\.3\.\d+$/.test(ip?.gateway ?? ''), `the gateway is ${brief(ip?.gateway)}`);
      claim(
        result.routes.some(({ dst }) => dst === '192.168.0.0/16'),
        `the routes are ${brief(result.routes)}`,
      );
      same(result.dns['nameservers'], dns.nameservers, 'name servers');
      same(result.dns['search'], dns.search, 'search list');
    },
  },
  {
    points: ['P25'],
    title: 'every endpoint that was made is listed',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      const { interfaces } = await added(lab, lab.pod(1));
      const listed = interfaces.map((one) => plainMac(textAt(one, 'mac')));
      for (const { mac, name } of lab.endpoints())
        claim(listed.includes(mac), `endpoint "${name}" is not in the result`);
    },
  },
  {
    points: ['P26'],
    title: 'the result has the form of its version',
    versions: VERSIONS,
    run: async (lab) => {
      const conf = lab.conf(
        { dns: { nameservers: ['10.96.0.10'] } },
        { ipam: { routes: [{ dst: '192.168.0.0/16' }] } },
      );
      claimForm((await added(lab, lab.pod(1), conf)).json, lab.version);
    },
  },
  {
    points: ['P26'],
    title: 'a configuration without cniVersion is one of 0.1.0',
    run: async (lab) => {
      const { json } = succeeded(
        await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ cniVersion: undefined }) }),
        'ADD',
      );
      claim(json?.['ip4'] !== undefined && json['ips'] === undefined, `the result is ${brief(json)}`);
    },
  },
  {
    points: ['P27'],
    title: 'a delegate that fails in ADD is run again with DEL',
    run: async (lab) => {
      const conf = delegating(lab);
      const error = { cniVersion: lab.version, code: 123, msg: 'no address today' };
      lab.delegate.answer('ADD', { code: 1, stdout: error });
      failed(await lab.cni('ADD', lab.pod(1), { conf }), 'ADD whose delegate fails');
      same(
        lab.delegate.calls().map(({ verb }) => verb),
        ['ADD', 'DEL'],
        'commands of the delegate',
      );
      nothingLeft(lab);
    },
  },
  {
    points: ['P28'],
    title: 'twelve pods at once get twelve addresses',
    run: async (lab) => {
      const results = await inParallel(numbers(1, 12), 12, (n) =>
        added(lab, { ...lab.pod(n), netns: lab.pod(((n - 1) % 8) + 1).netns }),
      );
      const addresses = results.map(addressOf);
      same(new Set(addresses).size, 12, 'different addresses');
      onlyAlive(lab, addresses);
    },
  },
  {
    points: ['P29'],
    title: 'ADD is the first command of all',
    versions: ['1.1.0'],
    run: async (lab) => {
      onlyAlive(lab, [addressOf(await added(lab, lab.pod(1)))]);
    },
  },
];
