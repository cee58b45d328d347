/** What is on a node that has no pod any more, one line each; nothing may be. */
import { join } from 'node:path';
import type { Machine } from '../support/machine.ts';
import { list } from '../support/node.ts';

export async function leftOn(machine: Machine, networks: readonly string[]): Promise<readonly string[]> {
  const { hns } = machine.simulator;
  return [
    ...machine.endpoints().map((line) => `endpoint ${line}`),
    ...machine.members().map((member) => `namespace member ${JSON.stringify(member)}`),
    ...hns.dump().ports.map((port) => `port that HNS keeps ${JSON.stringify(port)}`),
    ...networks.flatMap((network) => [
      ...machine.leases(network).map((address) => `lease of ${address} on ${network}`),
      ...machine.records('attachments', network).map((name) => `record ${name} on ${network}`),
      ...machine.records('tombstones', network).map((name) => `tombstone ${name} on ${network}`),
    ]),
    ...list(join(machine.dataDir, '.wincni', 'ports'))
      .filter((name) => name !== 'lock')
      .map((name) => `host port ${name}`),
    ...(await machine.leftovers()).map((process) => `handles or strings of ${JSON.stringify(process)}`),
  ];
}
