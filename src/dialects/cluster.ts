/** `serviceCidr` and `clusterCidr`: the blocks that a cluster's services and all of its pods have. */
import { block } from '../ipam/ranges.ts';
import { type Cidr, formatCidr, overlaps } from '../net/cidr.ts';
import type { Cluster } from '../policy/cluster.ts';
import { type Decoder, type Json, list, optional, refuse, text } from '../spec/decode.ts';

interface Placed {
  readonly block: Cidr;
  readonly path: string;
}

/** Throws code 7 naming the JSON path, also when two blocks share an address. */
export function decodeCluster(config: Json): Cluster {
  const at = (key: string): readonly Placed[] => optional(config, key, { path: '', as: blocks }) ?? [];
  const [pods, services] = [at('clusterCidr'), at('serviceCidr')];
  const all = [...pods, ...services];
  for (const [index, one] of all.entries()) {
    const other = all.slice(0, index).find((before) => overlaps(before.block, one.block));
    if (other !== undefined) {
      refuse(one.path, `${formatCidr(one.block)} overlaps with ${formatCidr(other.block)} of ${other.path}`);
    }
  }
  return { services: services.map((one) => one.block), pods: pods.map((one) => one.block) };
}

/** A list, or a text with commas as Kubernetes' own flags have (--service-cluster-ip-range, --cluster-cidr). */
const blocks: Decoder<readonly Placed[]> = (value, path) => {
  if (value === '') return [];
  if (Array.isArray(value)) return list(placed)(value, path);
  return text(value, path)
    .split(',')
    .map((part) => placed(part.trim(), path));
};

const placed: Decoder<Placed> = (value, path) => ({ block: block(value, path), path });
