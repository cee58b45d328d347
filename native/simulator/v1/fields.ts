/** Parts that v1 documents of different objects have in common. */
import { type Doc, text } from '../json.ts';
import type { Node, Route } from '../node.ts';

/** The document without the fields that say nothing: undefined, "" and false. */
export const given = (fields: Doc): Doc =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && value !== false),
  );

/** The text at `key`; undefined when it is absent or "". */
export function filled(document: Doc, key: string): string | undefined {
  const value = text(document, key) ?? '';
  return value === '' ? undefined : value;
}

/** `major<<32 | minor`, which is beyond 32 bits. */
export const versionOf = ({ version }: Node): number => version.Major * 2 ** 32 + version.Minor;

const ANYWHERE = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** The next hop of the default route of a family; undefined when there is none. */
export const gatewayOf = (routes: readonly Route[], family: 4 | 6): string | undefined =>
  routes.find(({ DestinationPrefix }) => DestinationPrefix === ANYWHERE[family])?.NextHop;

/** Default routes over the gateways that are named, as v2 documents have them. */
export const routesOver = (gateways: {
  readonly 4?: string | undefined;
  readonly 6?: string | undefined;
}): readonly Doc[] =>
  ([4, 6] as const).flatMap((family) => {
    const gateway = gateways[family];
    return gateway === undefined ? [] : [{ NextHop: gateway, DestinationPrefix: ANYWHERE[family] }];
  });

/** v1 has comma lists where v2 has arrays. */
export function dnsOf(document: Doc): Doc {
  return given({
    Domain: filled(document, 'DNSDomain'),
    Search: listOf(filled(document, 'DNSSuffix')),
    ServerList: listOf(filled(document, 'DNSServerList')),
  });
}

export function dnsFields(dns: Doc): Doc {
  return given({
    DNSDomain: dns['Domain'],
    DNSSuffix: commas(dns['Search']),
    DNSServerList: commas(dns['ServerList']),
  });
}

const listOf = (list: string | undefined): readonly string[] | undefined => list?.split(',');
const commas = (list: unknown): string => (Array.isArray(list) ? list.join(',') : '');
