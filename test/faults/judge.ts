/** What must be true of a node after a disturbed command, whoever's the plugin is. */
import { hostOf, viewOf } from '../conformance/result.ts';
import type { Machine } from '../support/machine.ts';
import type { Field, Ran } from './field.ts';
import { type Finding, leak, wrong } from './finding.ts';
import type { ScenePod } from './scene.ts';

/** A pod that the runtime has, and the address that it was told. */
export interface Told {
  readonly pod: ScenePod;
  readonly address: string;
}

/** What a successful ADD told. */
export const toldBy = (pod: ScenePod, { json = {} }: Ran, cniVersion: string): Told => ({
  pod,
  address: hostOf(viewOf(json, cniVersion).ips[0]?.address ?? ''),
});

interface OnNode {
  readonly name: string;
  readonly address: string;
  /** "-" when it is in none. */
  readonly netns: string;
}

function endpointsOf(machine: Machine): readonly OnNode[] {
  return machine.endpoints().map((line) => {
    const [name = '', address = '', netns = ''] = line.split(' ');
    return { name, address, netns };
  });
}

/** No address is free that an endpoint has, nobody's is another's, and no container has two endpoints. */
export function addressFindings({ machine }: Field, when: string): readonly Finding[] {
  const endpoints = endpointsOf(machine);
  const leases = machine.leases();
  const free = endpoints.filter(({ address }) => !leases.includes(address));
  const addresses = twice(endpoints.map(({ address }) => address));
  const names = twice(endpoints.map(({ name }) => name));
  return [
    ...free.map(({ name, address }) => leak(`${when}, ${address} is free while endpoint "${name}" has it`)),
    ...addresses.map((address) => leak(`${when}, two endpoints have ${address}`)),
    ...names.map((name) => leak(`${when}, there are two endpoints "${name}"`)),
  ];
}

const twice = (values: readonly string[]): readonly string[] =>
  values.filter((value, index) => values.indexOf(value) < index);

/** An ADD that told of success has an endpoint in the pod's namespace with the address that it told. */
export function attachedFindings({ machine }: Field, { pod, address }: Told): readonly Finding[] {
  const isThere = endpointsOf(machine).some((one) => one.address === address && one.netns === pod.netns);
  if (isThere && machine.leases().includes(address)) return [];
  return [wrong(`ADD of ${pod.containerId} told of ${address}; the node has ${shown(machine.endpoints())}`)];
}

/** Nothing is there but what the pods that the runtime has need: endpoints, members of namespaces, addresses, records, host ports. */
export function cleanFindings(field: Field, alive: readonly Told[], when: string): readonly Finding[] {
  const { machine } = field;
  const differs = (what: string, actual: readonly string[], wanted: readonly string[]): readonly Finding[] =>
    shown(actual) === shown(wanted) ? [] : [leak(`${when}, ${what}: ${shown(actual)}, expected ${shown(wanted)}`)];
  const beyond = (what: string, names: readonly string[], most: number): readonly Finding[] =>
    names.length <= most ? [] : [leak(`${when}, ${what}: ${shown(names)}, expected ${most} at most`)];
  const endpoints = endpointsOf(machine);
  const namespaces = alive.map(({ pod }) => pod.netns);
  const living = endpoints.filter(({ netns }) => namespaces.includes(netns)).map(({ address }) => address);
  return [
    ...differs(
      'endpoints are in',
      endpoints.map(({ netns }) => netns),
      namespaces,
    ),
    ...differs('members of namespaces', [String(machine.members().length)], [String(alive.length)]),
    ...differs('addresses', machine.leases(), living),
    ...beyond('records', machine.records('attachments'), alive.length),
    ...beyond('tombstones', machine.records('tombstones'), 0),
    ...beyond('host ports', field.claims(), alive.length),
  ];
}

const shown = (values: readonly string[]): string => (values.length === 0 ? 'none' : [...values].sort().join(', '));
