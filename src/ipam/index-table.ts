/** The table inside a network's index: an entry for each address that has been given, found by address and by holder, in lists. */
import { type Family, type Ip, ipFrom } from '../net/ip.ts';
import { PAGE, type Pages } from './pages.ts';

/*
 * Numbers of entries begin at 1; 0 is none.
 *
 *     page 0            the head (index-head.ts)
 *     2 × capacity × 4  first entry for each hash of an address, then of a holder
 *     capacity × 64     the entries
 */

/** A chain of entries by their `before` and `after`. */
export interface Chain {
  first: number;
  last: number;
  count: number;
}

export const emptyChain = (): Chain => ({ first: 0, last: 0, count: 0 });

export const STATE = { unused: 0, taken: 1, freed: 2 } as const;

/** Positions inside an entry. */
const AT = { state: 0, set: 4, old: 8, sameAddress: 12, sameHolder: 16, before: 20, after: 24, holder: 28 } as const;
const AT_FREED = 32;
const AT_FAMILY = 40;
const AT_VALUE = 44;
const VALUE_SIZE = 16;
const ENTRY = 64;

type Field = keyof typeof AT;
type Link = 'sameAddress' | 'sameHolder';

export class Table {
  readonly capacity: number;
  readonly #pages: Pages;
  readonly #byAddress = PAGE;
  readonly #byHolder: number;
  readonly #entries: number;

  constructor(pages: Pages, capacity: number) {
    this.#pages = pages;
    this.capacity = capacity;
    this.#byHolder = this.#byAddress + 4 * capacity;
    this.#entries = Math.ceil((this.#byHolder + 4 * capacity) / PAGE) * PAGE;
  }

  get(entry: number, field: Field): number {
    return this.#pages.u32(this.#place(entry) + AT[field]);
  }

  set(entry: number, field: Field, value: number): void {
    this.#pages.putU32(this.#place(entry) + AT[field], value);
  }

  ip(entry: number): Ip {
    const family: Family = this.#pages.u32(this.#place(entry) + AT_FAMILY) === 6 ? 6 : 4;
    const bytes = Buffer.from(this.#pages.bytes(this.#place(entry) + AT_VALUE, VALUE_SIZE));
    return ipFrom(family, BigInt(`0x${bytes.toString('hex')}`));
  }

  freedAt(entry: number): number {
    return this.#pages.f64(this.#place(entry) + AT_FREED);
  }

  setFreedAt(entry: number, ms: number): void {
    this.#pages.putF64(this.#place(entry) + AT_FREED, ms);
  }

  /** The entry of an address; 0 when it has none. */
  find({ text }: Ip): number {
    const same = this.#list(this.#slot(this.#byAddress, hashOf(text)), 'sameAddress');
    return same.find((entry) => this.ip(entry).text === text) ?? 0;
  }

  /** Every entry whose holder has this hash: another one's may have it, too. */
  withHolder(hash: number): readonly number[] {
    const same = this.#list(this.#slot(this.#byHolder, hash), 'sameHolder');
    return same.filter((entry) => this.get(entry, 'holder') === hash);
  }

  /** Fills an unused entry, which is found by its address from then on. */
  write(entry: number, ip: Ip): void {
    this.#pages.put(this.#place(entry), new Uint8Array(ENTRY));
    this.#pages.putU32(this.#place(entry) + AT_FAMILY, ip.family);
    const value = Buffer.from(ip.value.toString(16).padStart(2 * VALUE_SIZE, '0'), 'hex');
    this.#pages.put(this.#place(entry) + AT_VALUE, value);
    this.#link(this.#slot(this.#byAddress, hashOf(ip.text)), 'sameAddress', entry);
  }

  forget(entry: number): void {
    this.#unlink(this.#slot(this.#byAddress, hashOf(this.ip(entry).text)), 'sameAddress', entry);
    this.set(entry, 'state', STATE.unused);
  }

  linkHolder(entry: number, hash: number): void {
    this.set(entry, 'holder', hash);
    this.#link(this.#slot(this.#byHolder, hash), 'sameHolder', entry);
  }

  unlinkHolder(entry: number): void {
    this.#unlink(this.#slot(this.#byHolder, this.get(entry, 'holder')), 'sameHolder', entry);
  }

  append(chain: Chain, entry: number): void {
    this.set(entry, 'before', chain.last);
    this.set(entry, 'after', 0);
    if (chain.last === 0) chain.first = entry;
    else this.set(chain.last, 'after', entry);
    chain.last = entry;
    chain.count++;
  }

  unchain(chain: Chain, entry: number): void {
    const [before, after] = [this.get(entry, 'before'), this.get(entry, 'after')];
    if (before === 0) chain.first = after;
    else this.set(before, 'after', after);
    if (after === 0) chain.last = before;
    else this.set(after, 'before', before);
    chain.count--;
  }

  #place(entry: number): number {
    return this.#entries + (entry - 1) * ENTRY;
  }

  #slot(table: number, hash: number): number {
    return table + 4 * (hash % this.capacity);
  }

  #link(head: number, link: Link, entry: number): void {
    this.set(entry, link, this.#pages.u32(head));
    this.#pages.putU32(head, entry);
  }

  #unlink(head: number, link: Link, entry: number): void {
    const after = this.get(entry, link);
    const before = this.#list(head, link).find((one) => this.get(one, link) === entry);
    if (before === undefined) this.#pages.putU32(head, after);
    else this.set(before, link, after);
  }

  #list(head: number, link: Link): readonly number[] {
    const all: number[] = [];
    for (let at = this.#pages.u32(head); at !== 0; at = this.get(at, link)) {
      if (at > this.capacity || all.length > this.capacity)
        throw new RangeError('The index is damaged: a list has no end');
      all.push(at);
    }
    return all;
  }
}

/** FNV-1a over the characters: spread enough for a table, and no part of a CNI call is quicker. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
