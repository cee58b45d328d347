/** MAC addresses: pools of a network, and the address an endpoint is given or brings along. */
import { formatMacDashes, parseMac } from '../../src/net/mac.ts';
import { Code, refuse } from './errors.ts';
import { type Doc, doc, docs, text } from './json.ts';
import type { MacRange, Network, Node } from './node.ts';

/** The first pool HNS makes up in the recorded traces; each further one follows it. */
const FIRST_POOL = 0x00155da00000n;
const POOL_SIZE = 0x1000n;

/** The ranges a network is created with: those it names, else the next pool of the node. */
export function rangesFor(node: Node, settings: Doc): readonly MacRange[] {
  const named = docs(doc(settings, 'MacPool') ?? {}, 'Ranges') ?? [];
  if (named.length > 0) return named.map(rangeOf);
  const start = FIRST_POOL + BigInt(node.nextPool) * POOL_SIZE;
  node.nextPool += 1;
  return [{ start, end: start + POOL_SIZE - 1n }];
}

function rangeOf(range: Doc): MacRange {
  const start = numberOf(text(range, 'StartMacAddress') ?? '');
  const end = numberOf(text(range, 'EndMacAddress') ?? '');
  return start === undefined || end === undefined || end < start ? refuse(Code.InvalidNetwork) : { start, end };
}

/** The MAC of a new endpoint: the one it names, spelled as it came, else the next of the pool. */
export function macFor(node: Node, network: Network, settings: Doc): string {
  const named = text(settings, 'MacAddress') ?? '';
  if (named === '') return nextOf(node, network);
  return parseMac(named) === undefined || named.includes(':') ? refuse(Code.InvalidParameter) : named;
}

function nextOf(node: Node, network: Network): string {
  const pool = network.macs.flatMap(({ start, end }) => ({ start, size: Number(end - start) + 1 }));
  const total = pool.reduce((sum, { size }) => sum + size, 0);
  const used = new Set([...node.endpoints.values()].map(({ mac }) => mac.toUpperCase()));
  for (let tries = 0; tries < total; tries += 1) {
    const mac = spell(nth(pool, network.macsUsed % total));
    network.macsUsed += 1;
    if (!used.has(mac)) return mac;
  }
  return refuse(Code.AddressReserved);
}

function nth(pool: readonly { readonly start: bigint; readonly size: number }[], index: number): bigint {
  let left = index;
  for (const { start, size } of pool) {
    if (left < size) return start + BigInt(left);
    left -= size;
  }
  return refuse(Code.AddressReserved);
}

/** `00-15-5D-A0-00-00`. */
export const spell = (value: bigint): string => formatMacDashes({ digits: value.toString(16).padStart(12, '0') });

function numberOf(written: string): bigint | undefined {
  const mac = parseMac(written);
  return mac === undefined ? undefined : BigInt(`0x${mac.digits}`);
}
