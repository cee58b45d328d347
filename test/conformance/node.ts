/** The node that every case starts with, and what is on it afterwards, read from the simulator's dump. */
import type { LocalSimulator } from '../../native/simulator/client.ts';
import { isObject, type Json, objects, textAt } from './json.ts';

/** GUID of the n-th namespace, as a runtime passes it. */
export const namespaceId = (n: number): string => `5b0a8f4e-2b1d-4e57-9c4a-${n.toString(16).padStart(12, '0')}`;

/** Namespaces that are there from the start: 1 to this one. */
export const NAMESPACES = 8;

export const NETWORKS = {
  cbr0: { id: 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000', subnet: '10.244.3.0/24' },
  cbr1: { id: 'C0A8E101-1B1D-4B1D-8B1D-0000000CB001', subnet: '10.244.4.0/24' },
} as const;
export type NetworkName = keyof typeof NETWORKS;

/** The subnet of a case's own network, for addresses that a delegate gives. */
export const DELEGATED = { id: 'C0A8E101-1B1D-4B1D-8B1D-0000000CB002', subnet: '10.244.5.0/24' } as const;

/** A network's document as the agent of a host-gw node makes it. */
export function networkDocument(name: string, { id, subnet }: { readonly id: string; readonly subnet: string }): Json {
  const [, , third = '0'] = subnet.split('.');
  const mac = `00-15-5D-52-${Number(third).toString(16).padStart(2, '0').toUpperCase()}`;
  return {
    ID: id,
    Name: name,
    Type: 'L2Bridge',
    ManagementIP: '10.240.0.30',
    NetworkAdapterName: 'Ethernet',
    Flags: 0,
    MacPool: { Ranges: [{ StartMacAddress: `${mac}-00`, EndMacAddress: `${mac}-FF` }] },
    Policies: [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } }],
    Dns: {},
    SchemaVersion: { Major: 2, Minor: 0 },
    Ipams: [
      {
        Type: 'Static',
        Subnets: [
          {
            IpAddressPrefix: subnet,
            Policies: [],
            Routes: [{ NextHop: subnet.replace(/0\/24$/, '1'), DestinationPrefix: '0.0.0.0/0' }],
          },
        ],
      },
    ],
  };
}

export const namespaceDocuments = (from: number, to: number): readonly Json[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ ID: namespaceId(from + index).toUpperCase(), Type: 'Host' }));

export const SEED = {
  version: { Major: 15, Minor: 4 },
  namespaces: [
    { ID: '910F7D92-BA2D-4C3F-98AE-7C0AC590D2DC', Type: 'HostDefault' },
    ...namespaceDocuments(1, NAMESPACES),
  ],
  networks: [networkDocument('cbr0', NETWORKS.cbr0), networkDocument('cbr1', NETWORKS.cbr1)],
};

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  /** Lower case, colons. */
  readonly mac: string;
  readonly addresses: readonly string[];
  /** Lower-case GUID; undefined when it is in none. */
  readonly namespace: string | undefined;
  readonly network: string;
  readonly document: Json;
}

/** All endpoints of the node. */
export const endpointsOf = (simulator: LocalSimulator): readonly Endpoint[] =>
  objects(simulator.hns.dump().endpoints).map((document) => {
    const namespace = textAt(document, 'HostComputeNamespace').toLowerCase();
    return {
      id: textAt(document, 'ID').toUpperCase(),
      name: textAt(document, 'Name'),
      mac: plainMac(textAt(document, 'MacAddress')),
      addresses: objects(document['IpConfigurations']).map((each) => textAt(each, 'IpAddress')),
      namespace: namespace === '' || /^0{8}-/.test(namespace) ? undefined : namespace,
      network: textAt(document, 'HostComputeNetwork').toUpperCase(),
      document,
    };
  });

/** A MAC address in either spelling, made comparable. */
export const plainMac = (mac: string): string => mac.toLowerCase().replaceAll('-', ':');

/** Ids of the endpoints that the namespaces list, all together. */
export const membersOf = (simulator: LocalSimulator): readonly string[] =>
  objects(simulator.hns.dump().namespaces)
    .flatMap((namespace) => objects(namespace['Resources']))
    .map(({ Data }) => (isObject(Data) ? textAt(Data, 'Id').toUpperCase() : ''));
