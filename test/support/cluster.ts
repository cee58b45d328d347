/** A cluster's blocks as configurations have them, and the policies that pods get of them. */
import type { TestNode } from './node.ts';
import { seedWith } from './pods.ts';

export const KEYS = { serviceCidr: '10.96.0.0/12', clusterCidr: '10.244.0.0/16' };

export const clusterConf = (node: TestNode, more: object): Record<string, unknown> =>
  node.conf({ cniVersion: '1.1.0', type: 'wincni', ...more });

/** Of HNS's own policies and the node's address on an overlay nothing is said here. */
const OTHERS = ['L2Driver', 'ProviderAddress', 'EncapOverhead'];
export const policiesOf = (node: TestNode, type?: string): readonly unknown[] => {
  const all = node.hns.dump().endpoints.flatMap(({ Policies }) => Policies as readonly { readonly Type: string }[]);
  return all.filter(({ Type }) => (type === undefined ? !OTHERS.includes(Type) : Type === type));
};
export const nat = (...Exceptions: readonly string[]): object => ({ Type: 'OutBoundNAT', Settings: { Exceptions } });
export const route = (DestinationPrefix: string): object => ({
  Type: 'SDNRoute',
  Settings: { DestinationPrefix, NeedEncap: true },
});
export const own = (value: object): object => ({ policies: [{ name: 'EndpointPolicy', value }] });

export const NODE = '10.240.0.30/32';
export const typed = (Type: string): unknown => seedWith({ Type });
