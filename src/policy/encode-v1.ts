/** The flat form that HNS v1 (`HNSCall POST /endpoints/`) has of a policy; what it cannot say is refused. Pure. */
import type { Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { ENDPOINT_TYPES } from './endpoint-types.ts';
import type { Field, PolicyType, PolicyTypes } from './policy-type.ts';

/** A policy of an endpoint as v1 wants it. @throws {CniError} code 7 naming policy and setting that v1 does not have. */
export function encodeV1({ Type, Settings }: EndpointPolicy): Json {
  const types: PolicyTypes = ENDPOINT_TYPES;
  const type: PolicyType | undefined = Object.hasOwn(types, Type) ? types[Type] : undefined;
  if (type?.v1 === undefined) return cannotSay(Type, 'it has no such policy');
  const { fields, v1 } = type;
  const settings = Object.entries(Settings).map(([key, value]): readonly [string, unknown] => {
    if (['type', 'settings'].includes(key.toLowerCase())) return cannotSay(Type, `${key} is not a setting there`);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return field === undefined ? [key, value] : fieldOf(Type, field, { key, value });
  });
  return { Type: v1, ...Object.fromEntries(settings) };
}

function fieldOf(
  type: string,
  { v1, toV1 }: Field,
  { key, value }: { readonly key: string; readonly value: unknown },
): readonly [string, unknown] {
  if (v1 === undefined) return cannotSay(type, `it has no ${key}, which is ${JSON.stringify(value)}`);
  const written = toV1 === undefined ? value : toV1(value);
  return written === undefined ? cannotSay(type, `it has no ${key} ${JSON.stringify(value)}`) : [v1, written];
}

function cannotSay(type: string, why: string): never {
  throw new CniError(
    Code.InvalidConfig,
    `Cannot send policy ${type} to HNS v1: ${why}, expected a namespace as CNI_NETNS, which needs HCN`,
  );
}
