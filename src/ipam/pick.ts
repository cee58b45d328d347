/** Which addresses a new attachment gets: from each set the one that is asked for, else the next one. Changes nothing. */
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { type Choice, nextAddress, rangeFor } from './allocate.ts';
import type { Supply } from './config.ts';
import type { Reservation } from './lease.ts';
import type { RangeSet } from './ranges.ts';
import { readLastReserved } from './shelf.ts';
import type { StaticAddress } from './static.ts';
import type { Stock } from './stock.ts';
import { usageIn } from './usage.ts';

export interface Look {
  /** Those in the network's folder. */
  readonly names: readonly string[];
  /** Refused by HNS in this command. */
  readonly exclude: readonly Ip[];
  /** Never given on this network. */
  readonly reserved: readonly Ip[];
}

export type Picked =
  | { readonly kind: 'picked'; readonly addresses: readonly Cidr[] }
  | Extract<Reservation, { readonly kind: 'full' | 'unavailable' }>;

export function pickAddresses(stock: Stock, look: Look): Picked {
  switch (stock.supply.source) {
    case 'host-local':
      return fromSets(stock, stock.supply, look);
    case 'static':
      return fixed(stock, stock.supply.addresses, look);
    case 'plugin':
    case 'hns':
      return { kind: 'picked', addresses: [] };
    default:
      return stock.supply satisfies never;
  }
}

type HostLocal = Extract<Supply, { readonly source: 'host-local' }>;

function fromSets(stock: Stock, { sets, wanted }: HostLocal, look: Look): Picked {
  const addresses: Cidr[] = [];
  const isFixed = sets.every((_, index) => wanted[index] !== undefined);
  for (const [index, set] of sets.entries()) {
    const ip = wanted[index];
    const why = ip === undefined ? undefined : whyNot(stock, ip, { ...look, isFixed });
    if (ip !== undefined && why !== undefined) return { kind: 'unavailable', address: ip, why };
    const choice = ip === undefined ? next(stock, { set, index }, look) : asked(set, ip);
    if (choice === undefined) return { kind: 'full', ...usageIn(set, look.names, look.reserved) };
    addresses.push({ ip: choice.ip, prefix: choice.range.subnet.prefix });
  }
  return { kind: 'picked', addresses };
}

/** Addresses that are not ours to keep from being given twice: only what the network and HNS say counts. */
function fixed(stock: Stock, given: readonly StaticAddress[], look: Look): Picked {
  const addresses = given.map(({ address }) => address);
  for (const { ip } of addresses) {
    const why = whyNot(stock, ip, { ...look, names: [], isFixed: true });
    if (why !== undefined) return { kind: 'unavailable', address: ip, why };
  }
  return { kind: 'picked', addresses };
}

function asked(set: RangeSet, ip: Ip): Choice | undefined {
  const range = rangeFor(set, ip);
  return range && { ip, range };
}

function next(
  stock: Stock,
  { set, index }: { readonly set: RangeSet; readonly index: number },
  { names, exclude, reserved }: Look,
): Choice | undefined {
  const taken = new Set(names);
  return nextAddress({
    set,
    after: readLastReserved(stock, index),
    isTaken: (ip) => taken.has(stock.layout.nameOf(ip)),
    takenAtMost: names.length,
    never: [...reserved, ...exclude],
  });
}

interface Fixed extends Look {
  /**
   * Whether every address of the attachment is asked for. HNS refuses them together: where another one can still be changed, that
   * one is.
   */
  readonly isFixed: boolean;
}

/** Why an address that is asked for cannot be given. */
function whyNot({ files, layout }: Stock, ip: Ip, { names, exclude, reserved, isFixed }: Fixed): string | undefined {
  if (reserved.some(({ text }) => text === ip.text)) return 'the network keeps it for itself';
  if (names.includes(layout.nameOf(ip))) {
    const [holder = ''] = files.readText(layout.address(ip))?.split(/\r?\n/) ?? [];
    return `container "${holder}" has it`;
  }
  return isFixed && exclude.some(({ text }) => text === ip.text) ? 'HNS refused it' : undefined;
}

/** Whether the addresses that an attachment has are those that the configuration asks for now. */
export function isAskedFor(supply: Supply, addresses: readonly Cidr[]): boolean {
  const has = (ip: Ip): boolean => addresses.some((address) => address.ip.text === ip.text);
  switch (supply.source) {
    case 'host-local':
      return supply.sets.length === addresses.length && supply.wanted.every((ip) => ip === undefined || has(ip));
    case 'static':
      return supply.addresses.length === addresses.length && supply.addresses.every(({ address }) => has(address.ip));
    case 'plugin':
    case 'hns':
      return true;
    default:
      return supply satisfies never;
  }
}
