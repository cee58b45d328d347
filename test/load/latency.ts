/** How long HNS takes, as seen in the field: milliseconds by export. */
import type { Latency } from '../../native/simulator/dispatch.ts';

const READ = [5, 20] as const;
const CREATE = [100, 500] as const;
/** Of adding to a namespace; removing from it and deleting an endpoint are taken for the same. */
const ATTACH = [50, 200] as const;

/** These times multiplied by `scale`. */
export function latencyOf(scale: number): Latency {
  const scaled = ([from, to]: readonly [number, number]): readonly [number, number] => [from * scale, to * scale];
  return {
    '*': scaled(READ),
    HcnCreateEndpoint: scaled(CREATE),
    HcnModifyNamespace: scaled(ATTACH),
    HcnDeleteEndpoint: scaled(ATTACH),
  };
}
