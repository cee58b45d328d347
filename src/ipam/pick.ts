/** Which addresses a new attachment gets: from each set the one that is asked for, else the next one. Changes nothing. */
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { keptIn, rangeFor } from './allocate.ts';
import type { Supply } from './config.ts';
import type { Reservation, ReserveRequest } from './lease.ts';
import type { StaticAddress } from './static.ts';
import type { OpenStock } from './stock.ts';
import { fullness, type Place, usedIn } from './usage.ts';

export type Look = Pick<ReserveRequest, 'exclude' | 'reserved' | 'ignoresQuarantine'>;

export type Picked =
  | { readonly kind: 'picked'; readonly addresses: readonly Cidr[] }
  | Extract<Reservation, { readonly kind: 'full' | 'unavailable' }>;

export function pickAddresses(stock: OpenStock, look: Look): Picked {
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

function fromSets(stock: OpenStock, supply: HostLocal, look: Look): Picked {
  const { sets, wanted } = supply;
  const addresses: Cidr[] = [];
  const isFixed = sets.every((_, index) => wanted[index] !== undefined);
  for (const [index, set] of sets.entries()) {
    const ip = wanted[index];
    const why = ip === undefined ? undefined : whyNot(stock, ip, { ...look, isFixed, isFiled: true });
    if (ip !== undefined && why !== undefined) return { kind: 'unavailable', address: ip, why };
    const place = { set, at: index, reserved: look.reserved, quarantineMs: supply.quarantineMs };
    const chosen = ip ?? nextIn(stock, place, look);
    const range = chosen && rangeFor(set, chosen);
    if (chosen === undefined || range === undefined)
      return { kind: 'full', ...fullness(stock, stock.index.get(), place) };
    addresses.push({ ip: chosen, prefix: range.subnet.prefix });
  }
  return { kind: 'picked', addresses };
}

/** Addresses that are not ours to keep from being given twice: only what the network and HNS say counts. */
function fixed(stock: OpenStock, given: readonly StaticAddress[], look: Look): Picked {
  const addresses = given.map(({ address }) => address);
  for (const { ip } of addresses) {
    const why = whyNot(stock, ip, { ...look, isFixed: true, isFiled: false });
    if (why !== undefined) return { kind: 'unavailable', address: ip, why };
  }
  return { kind: 'picked', addresses };
}

/**
 * Never given before in the order of the ranges, else given back for the longest time. The files have the last word: one that the
 * index does not know, or a set that is full although its numbers say otherwise, means that it is wrong.
 */
function nextIn(stock: OpenStock, place: Place, look: Look): Ip | undefined {
  const found = candidate(stock, place, look);
  const isWrong =
    found === undefined
      ? hasRoom(stock, place, look)
      : stock.index.get().isTaken(found) || stock.files.exists(stock.layout.address(found));
  if (!isWrong) return found;
  stock.index.rescan();
  return candidate(stock, place, look);
}

function candidate(stock: OpenStock, { set, at, reserved, quarantineMs }: Place, look: Look): Ip | undefined {
  const never = new Set([...keptIn(set, reserved), ...look.exclude.map(({ text }) => text)]);
  const index = stock.index.get();
  const unseen = index.unseen(at, ({ text }) => never.has(text));
  if (unseen !== undefined) return unseen;
  for (const { ip, ageMs } of index.freed(at)) {
    if (never.has(ip.text)) continue;
    return ageMs >= quarantineMs || look.ignoresQuarantine ? ip : undefined;
  }
  return undefined;
}

/** Whether the set has, by its numbers, an address that might have been given. */
function hasRoom(stock: OpenStock, place: Place, look: Look): boolean {
  const index = stock.index.get();
  const { used, total } = usedIn(index, place);
  const waiting = look.ignoresQuarantine ? 0 : index.quarantined(place.at, place.quarantineMs);
  const refused = look.exclude.filter((ip) => rangeFor(place.set, ip) !== undefined).length;
  return BigInt(used + refused + waiting) < total;
}

interface Fixed extends Look {
  /**
   * Whether every address of the attachment is asked for. HNS refuses them together: where another one can still be changed, that
   * one is.
   */
  readonly isFixed: boolean;
  /** Whether files say who has it. */
  readonly isFiled: boolean;
}

/** Why an address that is asked for cannot be given. */
function whyNot(
  { files, layout }: OpenStock,
  ip: Ip,
  { exclude, reserved, isFixed, isFiled }: Fixed,
): string | undefined {
  if (reserved.some(({ text }) => text === ip.text)) return 'the network keeps it for itself';
  const content = isFiled ? files.readText(layout.address(ip)) : undefined;
  if (content !== undefined) return `container "${content.split(/\r?\n/)[0] ?? ''}" has it`;
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
