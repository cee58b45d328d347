/** Lists of named policies, as the plugins of the field have them; which types there are is in the tables. Pure. */
import { type Decoder, join, list, member, record } from '../spec/decode.ts';
import { refuseClashes } from './acl-lint.ts';
import { type Located, policyOf, spelled } from './decode-policy.ts';
import { ENDPOINT_TYPES } from './endpoint-types.ts';
import { anyCase } from './fields.ts';
import { refuseConflicts } from './merge.ts';
import { NETWORK_TYPES } from './network-types.ts';

/** What a policy is for; the plugins of the field pass over others without a word, here they are refused by name. */
export type Kind = 'EndpointPolicy' | 'NetworkPolicy';

export interface Entry extends Located {
  readonly kind: Kind;
}

const TYPES = { EndpointPolicy: ENDPOINT_TYPES, NetworkPolicy: NETWORK_TYPES };

/** Reads a list of `{"name": <kind>, "value": <policy>}` and refuses policies that contradict each other. */
export const entriesOf =
  (...kinds: readonly Kind[]): Decoder<readonly Entry[]> =>
  (value, path) => {
    const found = list(entry(kinds))(value, path);
    const endpoint = found.filter(({ kind }) => kind === 'EndpointPolicy');
    refuseConflicts(endpoint);
    refuseClashes(endpoint);
    refuseClashes(found.filter(({ kind }) => kind === 'NetworkPolicy'));
    return found;
  };

const entry =
  (kinds: readonly Kind[]): Decoder<Entry> =>
  (value, path) => {
    const object = record(value, path);
    const kind = anyCase(...kinds)(member(object, 'name'), join(path, spelled(object, 'name')));
    return { kind, ...policyOf(TYPES[kind])(member(object, 'value'), join(path, spelled(object, 'value'))) };
  };
