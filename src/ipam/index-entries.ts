/** The entries of a network's index and the lists that they stand in; which of them is given is not decided here. */
import type { Ip } from '../net/ip.ts';
import { type Body, emptyBody } from './index-body.ts';
import type { SetHead } from './index-head.ts';
import { type Chain, emptyChain, STATE, Table } from './index-table.ts';
import type { Pages } from './pages.ts';
import { spanOf } from './spans.ts';

/** An address as it goes into a new index. */
export interface Seed {
  readonly ip: Ip;
  /** The hash of its holder's name; undefined when it has been given back. */
  readonly holder: number | undefined;
  /** Milliseconds of uptime; a negative number is a time before this boot. */
  readonly freedAt: number;
  readonly old: boolean;
}

export class IndexEntries {
  body: Body;
  table: Table;
  /** Whether anything is to be written. */
  isChanged = false;
  /** Whether it is another table than the one that was opened. */
  isNew: boolean;
  readonly #empty: () => Pages;

  constructor(body: Body, around: { readonly isNew: boolean; readonly empty: () => Pages }) {
    this.body = body;
    this.table = new Table(body.pages, body.head.capacity);
    this.isNew = around.isNew;
    this.#empty = around.empty;
  }

  /** Everything it knows, for another table. */
  seeds(): readonly Seed[] {
    return Array.from({ length: this.body.head.made }, (_, index) => index + 1).flatMap((entry) => {
      const state = this.table.get(entry, 'state');
      if (state !== STATE.taken && state !== STATE.freed) return [];
      const holder = state === STATE.taken ? this.table.get(entry, 'holder') : undefined;
      const old = this.table.get(entry, 'old') === 1;
      return [{ ip: this.table.ip(entry), holder, freedAt: this.table.freedAt(entry), old }];
    });
  }

  /** Fills an empty table, freed addresses in the order of their times. */
  plant(seeds: readonly Seed[]): void {
    this.isChanged = true;
    for (const { ip, holder, old } of seeds) if (holder !== undefined) this.enter(this.entryOf(ip), holder, old);
    const freed = seeds.filter(({ holder }) => holder === undefined).sort((a, b) => a.freedAt - b.freedAt);
    for (const { ip, freedAt } of freed) this.retire(this.entryOf(ip), freedAt);
  }

  get freedInAll(): number {
    return this.body.head.sets.reduce((sum, { freed }) => sum + freed.count, 0);
  }

  setOf(entry: number): SetHead | undefined {
    return this.body.head.sets[this.table.get(entry, 'set') - 1];
  }

  enter(entry: number, holder: number, old = false): void {
    const set = this.setOf(entry);
    this.table.set(entry, 'state', STATE.taken);
    this.table.linkHolder(entry, holder);
    if (set !== undefined) set.taken++;
    if (!old) return;
    this.table.set(entry, 'old', 1);
    this.table.append(this.body.head.old, entry);
  }

  /** An address of no set is not given again: it is forgotten. */
  retire(entry: number, freedAt: number): void {
    const set = this.setOf(entry);
    if (set === undefined) {
      this.#recycle(entry);
      return;
    }
    this.table.set(entry, 'state', STATE.freed);
    this.table.setFreedAt(entry, freedAt);
    this.table.append(set.freed, entry);
  }

  /** Out of every list but that of its address. */
  leave(entry: number): void {
    this.isChanged = true;
    const set = this.setOf(entry);
    const state = this.table.get(entry, 'state');
    if (state === STATE.freed && set !== undefined) this.table.unchain(set.freed, entry);
    if (state !== STATE.taken) return;
    this.table.unlinkHolder(entry);
    if (set !== undefined) set.taken--;
    if (this.table.get(entry, 'old') === 1) this.forgetOld(entry);
  }

  forgetOld(entry: number): void {
    this.isChanged = true;
    this.table.unchain(this.body.head.old, entry);
    this.table.set(entry, 'old', 0);
  }

  #recycle(entry: number): void {
    this.table.forget(entry);
    this.table.append(this.body.head.unused, entry);
  }

  entryOf(ip: Ip): number {
    const known = this.table.find(ip);
    if (known !== 0) return known;
    const entry = this.#unused();
    this.table.write(entry, ip);
    this.table.set(entry, 'set', 1 + this.body.head.sets.findIndex(({ spans }) => spanOf(spans, ip) !== undefined));
    return entry;
  }

  /** An unused entry; where there is none, that of the address freed longest ago, when most are free, else one of a larger table. */
  #unused(): number {
    const { head } = this.body;
    if (head.unused.first === 0 && head.made < head.capacity) return ++head.made;
    if (head.unused.first === 0) this.#makeRoom();
    const entry = this.body.head.unused.first;
    if (entry === 0) return ++this.body.head.made;
    this.table.unchain(this.body.head.unused, entry);
    return entry;
  }

  #makeRoom(): void {
    const { head } = this.body;
    if (2 * this.freedInAll > head.capacity) {
      const most = head.sets.reduce<Chain>((a, { freed }) => (freed.count > a.count ? freed : a), emptyChain());
      const { first } = most;
      this.table.unchain(most, first);
      this.#recycle(first);
      return;
    }
    const seeds = this.seeds();
    this.body = emptyBody(head, { capacity: 2 * head.capacity, pages: this.#empty() });
    this.table = new Table(this.body.pages, this.body.head.capacity);
    this.isNew = true;
    this.plant(seeds);
  }
}
