/** `dns` of the configuration and `runtimeConfig.dns`: what the endpoint's DNS shall be. */
import { type Json, list, optional, record, text } from './decode.ts';
import type { ResultDns } from './result.ts';

/** Reads `dns` (SPEC.md 1.1.0 section 5 "dns") at `path`. */
export function decodeDns(value: unknown, path: string): ResultDns {
  const object = record(value, path);
  const lists = lookUp(object, path, { nameservers: 'nameservers', search: 'search', options: 'options' });
  const domain = optional(object, 'domain', { path, as: text });
  return { ...lists, ...(domain === undefined || domain === '' ? {} : { domain }) };
}

/** Reads `runtimeConfig.dns` (CONVENTIONS.md "dns"; containerd spells its keys with capitals) at `path`. */
export function decodeRuntimeDns(value: unknown, path: string): ResultDns {
  return lookUp(record(value, path), path, { nameservers: 'servers', search: 'searches', options: 'options' });
}

/** What the runtime says replaces what the configuration says, each list on its own. */
export const mergeDns = (configured: ResultDns, runtime: ResultDns): ResultDns => ({ ...configured, ...runtime });

type Lists = Pick<ResultDns, 'nameservers' | 'search' | 'options'>;

function lookUp(object: Json, path: string, keys: Readonly<Record<keyof Lists, string>>): Lists {
  const found = Object.entries(keys).map(([ours, theirs]) => [
    ours,
    optional(object, theirs, { path, as: list(text) }) ?? [],
  ]);
  return Object.fromEntries(found.filter(([, values]) => (values?.length ?? 0) > 0)) as Lists;
}
