/** Stories about what Windows nodes and their runtimes do: namespaces, paths, encodings, many pods at once. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import { objects, textAt } from '../json.ts';
import {
  added,
  addressOf,
  checked,
  deleted,
  endpointAt,
  failed,
  inParallel,
  nothingLeft,
  numbers,
  onlyAlive,
  succeeded,
} from '../steps.ts';
import { WITH_INTERFACES } from '../versions.ts';
import { deleteNamespace } from './del.ts';

/** As many commands at once as a busy kubelet starts. */
const AT_ONCE = 16;
const PODS = 200;

export const WINDOWS_CASES: readonly Case[] = [
  {
    points: ['W01'],
    title: 'namespaces in every spelling',
    run: async (lab) => {
      const { netns } = lab.pod(1);
      const upper = netns.toUpperCase();
      for (const given of [
        netns,
        upper,
        `{${netns}}`,
        `{${upper}}`,
        `C:\\ProgramData\\cnitool\\${netns}`,
        `/var/run/netns/${netns}`,
      ]) {
        const result = await added(lab, { ...lab.pod(1), netns: given });
        same(endpointAt(lab, addressOf(result)).namespace, netns, `namespace for CNI_NETNS ${given}`);
        same(
          result.interfaces.map((one) => textAt(one, 'sandbox')).filter((one) => one !== ''),
          [given],
          'sandbox',
        );
        succeeded(await checked(lab, { ...lab.pod(1), netns: given }, result.json), `CHECK with CNI_NETNS ${given}`);
        await deleted(lab, { ...lab.pod(1), netns: given });
        nothingLeft(lab);
      }
    },
  },
  {
    points: ['W02'],
    title: 'the runtime deletes the namespace and then asks for DEL with an empty CNI_NETNS',
    run: async (lab) => {
      await added(lab, lab.pod(1));
      await deleteNamespace(lab, 1);
      await deleted(lab, { ...lab.pod(1), netns: '' });
      nothingLeft(lab);
    },
  },
  {
    points: ['W04'],
    title: 'the first two pods of a node start at once',
    run: async (lab) => {
      const before = lab.simulator.hns.dump().networks.length;
      const results = await inParallel([1, 2], 2, (n) => added(lab, lab.pod(n)));
      onlyAlive(lab, results.map(addressOf));
      same(lab.simulator.hns.dump().networks.length, before, 'networks on the node');
    },
  },
  {
    points: ['W05'],
    title: `${PODS} pods come and go in parallel`,
    run: async (lab) => {
      const pods = numbers(1, PODS).map((n) => ({
        ...lab.pod((n % 8) + 1),
        containerId: `${lab.pod(n).containerId}-many`,
      }));
      const results = await inParallel(pods, AT_ONCE, async (pod) => {
        const result = await added(lab, pod);
        await deleted(lab, pod);
        return addressOf(result);
      });
      claim(
        results.every((address) => address.startsWith('10.244.3.')),
        'an address is not of the network',
      );
      nothingLeft(lab);
    },
  },
  {
    points: ['W08'],
    title: 'runtimeConfig in the case that containerd sends',
    run: async (lab) => {
      const dns = { Servers: ['10.96.0.10'], Searches: ['default.svc.cluster.local'], Options: [] };
      const result = await added(lab, lab.pod(1), lab.conf({ capabilities: { dns: true }, runtimeConfig: { dns } }));
      const seen = JSON.stringify(endpointAt(lab, addressOf(result)).document['Dns'] ?? {});
      claim(
        seen.includes('10.96.0.10') && seen.includes('default.svc.cluster.local'),
        `dns of the endpoint is ${seen}`,
      );
    },
  },
  {
    points: ['W08'],
    title: 'a host port in the case that containerd sends is mapped or refused',
    run: async (lab) => {
      const portMappings = [{ HostPort: 8080, ContainerPort: 80, Protocol: 'tcp', HostIP: '' }];
      const ran = await lab.cni('ADD', lab.pod(1), { conf: lab.conf({ runtimeConfig: { portMappings } }) });
      if (ran.code !== 0) {
        failed(ran, 'ADD with a port mapping');
        return;
      }
      const types = lab.endpoints().flatMap(({ document }) => objects(document['Policies']).map(({ Type }) => Type));
      claim(types.includes('PortMapping'), `the policies of the endpoint are ${types.join(', ')}`);
    },
  },
  {
    points: ['W09'],
    title: 'configurations as PowerShell writes them',
    run: async (lab) => {
      const text = JSON.stringify(lab.conf());
      const utf16be = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
      for (const stdin of [Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), utf16be]) {
        succeeded(await lab.cni('ADD', lab.pod(1), { conf: stdin }), 'ADD with a byte order mark');
        succeeded(await lab.cni('DEL', lab.pod(1), { conf: stdin }), 'DEL with a byte order mark');
        nothingLeft(lab);
      }
    },
  },
  {
    points: ['W10'],
    title: 'a state folder with spaces, characters beyond ASCII and a path of over 260 characters',
    run: async (lab) => {
      for (const name of ['with spaces', 'Größe-网络', join(...numbers(1, 9).map((n) => `${'long'.repeat(9)}-${n}`))]) {
        const folder = join(lab.folder, name);
        mkdirSync(folder, { recursive: true });
        const conf = lab.conf({}, { ipam: { dataDir: lab.subject.path(folder) } });
        const result = await added(lab, lab.pod(1), conf);
        claim(
          readdirSync(join(folder, 'cbr0')).some((file) => file === addressOf(result)),
          `no reservation in "${folder}"`,
        );
        succeeded(await checked(lab, lab.pod(1), result.json, conf), 'CHECK');
        await deleted(lab, lab.pod(1), conf);
        same(lab.endpoints(), [], 'endpoints on the node');
        claim(
          !readdirSync(join(folder, 'cbr0')).some((file) => file === addressOf(result)),
          `a reservation is left in "${folder}"`,
        );
      }
    },
  },
  {
    points: ['W15'],
    title: 'what go-cni and containerd read of the result',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      for (const ifname of ['eth0', 'eth1']) {
        const { interfaces, ips } = await added(lab, lab.pod(1, ifname));
        claim(
          interfaces.some((one) => textAt(one, 'name') === ifname),
          `no interface is named "${ifname}"`,
        );
        for (const { interface: index } of ips) {
          claim(
            index !== undefined && index >= 0 && index < interfaces.length,
            `interface ${String(index)} of ${interfaces.length}`,
          );
          same(textAt(interfaces[index] ?? {}, 'name'), ifname, 'interface that the address points at');
        }
      }
    },
  },
];
