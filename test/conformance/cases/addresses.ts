/** Stories about addresses and networks over time: those of others, clocks that jump, networks made anew. */
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import type { Json } from '../json.ts';
import { NETWORKS, networkDocument } from '../node.ts';
import { added, addressOf, checked, deleted, endpointAt, failed, nothingLeft, onlyAlive, succeeded } from '../steps.ts';

/** A pool of two addresses. */
const SMALL = { rangeStart: '10.244.3.10', rangeEnd: '10.244.3.11' };

/** An endpoint of another program; with flag 1 it is remote, as kube-proxy makes them for pods of other nodes. */
const stranger = (address: string, Flags: 0 | 1): Json => ({
  Name: `stranger-${address}`,
  network: 'cbr0',
  Flags,
  IpConfigurations: [{ IpAddress: address, PrefixLength: 24 }],
});

/** The id of a network that was made anew. */
const ANEW = 'C0A8E101-1B1D-4B1D-8B1D-0000000CBFFF';

function everyFile(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

export const ADDRESS_CASES: readonly Case[] = [
  {
    points: ['W13'],
    title: 'a remote endpoint has the address, and HNS lets both be',
    run: async (lab) => {
      lab.plant({ endpoints: [stranger('10.244.3.10', 1), stranger('10.244.3.11', 1)] });
      const conf = lab.conf({}, { ipam: SMALL });
      const result = await added(lab, lab.pod(1), conf);
      same(endpointAt(lab, addressOf(result)).namespace, lab.pod(1).netns, 'namespace of the endpoint');
      await deleted(lab, lab.pod(1), conf);
      nothingLeft(lab);
      same(lab.simulator.hns.dump().endpoints.length, 2, 'remote endpoints on the node');
    },
  },
  {
    points: ['W13'],
    title: 'another endpoint has the address, and HNS refuses it',
    run: async (lab) => {
      lab.plant({ endpoints: [stranger('10.244.3.10', 0)] });
      const conf = lab.conf({}, { ipam: SMALL });
      const result = await added(lab, lab.pod(1), conf);
      same(addressOf(result), '10.244.3.11', 'address of the pod');
      same(endpointAt(lab, '10.244.3.11').namespace, lab.pod(1).netns, 'namespace of the endpoint');
      await deleted(lab, lab.pod(1), conf);
      nothingLeft(lab);
    },
  },
  {
    points: ['W14'],
    title: 'the host endpoint has the second address of the subnet',
    run: async (lab) => {
      const host = {
        Name: 'cbr0_ep',
        network: 'cbr0',
        IpConfigurations: [{ IpAddress: '10.244.3.2', PrefixLength: 24 }],
      };
      lab.plant({ endpoints: [host] });
      const first = addressOf(await added(lab, lab.pod(1)));
      claim(!['10.244.3.0', '10.244.3.1', '10.244.3.2'].includes(first), `the pod got ${first}`);
      same(lab.leases(), [first], 'addresses reserved');
      const asked = lab.conf({}, { ipam: { rangeStart: '10.244.3.2', rangeEnd: '10.244.3.5' } });
      const second = addressOf(await added(lab, lab.pod(2), asked));
      claim(!['10.244.3.1', '10.244.3.2'].includes(second), `the second pod got ${second}`);
    },
  },
  {
    points: ['W18'],
    title: 'the clock was set back and ahead by years',
    versions: ['1.1.0'],
    run: async (lab) => {
      const conf = lab.conf({}, { ipam: SMALL });
      const first = await added(lab, lab.pod(1), conf);
      const second = await added(lab, lab.pod(2), conf);
      for (const year of ['1990', '2090']) {
        const time = new Date(`${year}-01-01T00:00:00Z`);
        for (const file of everyFile(lab.dataDir)) utimesSync(file, time, time);
        failed(await lab.cni('ADD', lab.pod(3), { conf }), `ADD to a used-up pool in ${year}`);
        succeeded(await lab.cni('GC', undefined, { conf }), `GC in ${year}`);
        onlyAlive(lab, [addressOf(first), addressOf(second)]);
        succeeded(await checked(lab, lab.pod(1), first.json, conf), `CHECK in ${year}`);
      }
      await deleted(lab, lab.pod(1), conf);
      onlyAlive(lab, [addressOf(second)]);
      const third = await added(lab, lab.pod(3), conf);
      onlyAlive(lab, [addressOf(second), addressOf(third)]);
    },
  },
  {
    points: ['W19'],
    title: 'the agent makes the network anew under the same name',
    run: async (lab) => {
      const old = await added(lab, lab.pod(1));
      const stays = await added(lab, lab.pod(2));
      await lab.simulator.call({ function: 'HcnDeleteNetwork', args: { id: NETWORKS.cbr0.id } });
      lab.plant({ networks: [networkDocument('cbr0', { ...NETWORKS.cbr0, id: ANEW })] });
      failed(await checked(lab, lab.pod(1), old.json), 'CHECK of an attachment to the old network');
      await deleted(lab, lab.pod(1), lab.conf(), old);
      const fresh = await added(lab, lab.pod(1));
      same(
        endpointAt(lab, addressOf(fresh)).network,
        'C0A8E101-1B1D-4B1D-8B1D-0000000CBFFF',
        'network of the endpoint',
      );
      await deleted(lab, lab.pod(2), lab.conf(), stays);
      onlyAlive(lab, [addressOf(fresh)]);
    },
  },
];
