/** Which addresses a new attachment gets: from each set the one that is asked for, else the next one. Changes nothing. */
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { type Choice, nextAddress, rangeFor } from './allocate.ts';
import { setsOf } from './config.ts';
import type { Reservation } from './lease.ts';
import type { RangeSet } from './ranges.ts';
import { readLastReserved } from './shelf.ts';
import { type Stock, usageIn } from './usage.ts';

export interface Look {
  /** Those in the network's folder. */
  readonly names: readonly string[];
  /** Refused by HNS in this command. */
  readonly exclude: readonly Ip[];
}

export type Picked =
  | { readonly kind: 'picked'; readonly addresses: readonly Cidr[] }
  | Extract<Reservation, { readonly kind: 'full' | 'unavailable' }>;

export function pickAddresses(stock: Stock, look: Look): Picked {
  const addresses: Cidr[] = [];
  for (const [index, set] of setsOf(stock.supply).entries()) {
    const wanted = wantedOf(stock)[index];
    const why = wanted === undefined ? undefined : whyNot(stock, wanted, look);
    if (wanted !== undefined && why !== undefined) return { kind: 'unavailable', address: wanted, why };
    const choice = wanted === undefined ? next(stock, index, look) : asked(set, wanted);
    if (choice === undefined) return { kind: 'full', ...usageIn(set, look.names, stock.reserved) };
    addresses.push({ ip: choice.ip, prefix: choice.range.subnet.prefix });
  }
  return { kind: 'picked', addresses };
}

const wantedOf = ({ supply }: Stock): readonly (Ip | undefined)[] =>
  supply.source === 'host-local' ? supply.wanted : [];

function asked(set: RangeSet, ip: Ip): Choice | undefined {
  const range = rangeFor(set, ip);
  return range && { ip, range };
}

function next(stock: Stock, index: number, { names, exclude }: Look): Choice | undefined {
  const taken = new Set(names);
  return nextAddress({
    set: setsOf(stock.supply)[index] ?? [],
    after: readLastReserved(stock, index),
    isTaken: (ip) => taken.has(stock.layout.nameOf(ip)),
    takenAtMost: names.length,
    never: [...stock.reserved, ...exclude],
  });
}

/**
 * Why an address that is asked for cannot be given. HNS refuses all addresses of an endpoint together: where another one of them can
 * still be changed, that one is.
 */
function whyNot(stock: Stock, ip: Ip, { names, exclude }: Look): string | undefined {
  const { files, layout, reserved, supply } = stock;
  if (reserved.some(({ text }) => text === ip.text)) return 'the network keeps it for itself';
  if (names.includes(layout.nameOf(ip))) {
    const [holder = ''] = files.readText(layout.address(ip))?.split(/\r?\n/) ?? [];
    return `container "${holder}" has it`;
  }
  const isFixed = setsOf(supply).every((_, index) => wantedOf(stock)[index] !== undefined);
  return isFixed && exclude.some(({ text }) => text === ip.text) ? 'HNS says that another endpoint has it' : undefined;
}
