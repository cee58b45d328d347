/** What a network's index answers and is told: who may have which address, and which of them comes next. */
import type { Ip } from '../net/ip.ts';
import type { IndexEntries } from './index-entries.ts';
import { nextUnseen, pass } from './index-head.ts';
import { emptyChain, hashOf, STATE } from './index-table.ts';

export interface Freed {
  readonly ip: Ip;
  /** Infinite for what was given back before this boot. */
  readonly ageMs: number;
}

export class AddressIndex {
  readonly #entries: IndexEntries;
  readonly #nowMs: number;

  constructor(entries: IndexEntries, nowMs: number) {
    this.#entries = entries;
    this.#nowMs = nowMs;
  }

  /** For who writes it. */
  get entries(): IndexEntries {
    return this.#entries;
  }

  isTaken(ip: Ip): boolean {
    const entry = this.#entries.table.find(ip);
    return entry !== 0 && this.#entries.table.get(entry, 'state') === STATE.taken;
  }

  /** Addresses that this holder may have, and others whose names have the same hash: their files tell. */
  mayHold(holder: string): readonly Ip[] {
    return this.#entries.table.withHolder(hashOf(holder)).map((entry) => this.#entries.table.ip(entry));
  }

  /** How many addresses somebody has. */
  get taken(): number {
    return this.#entries.body.head.made - this.#entries.body.head.unused.count - this.#entries.freedInAll;
  }

  /** How many of a set somebody has. */
  takenIn(set: number): number {
    return this.#entries.body.head.sets[set]?.taken ?? 0;
  }

  /** The next address of a set that has never been given, as far as is known. */
  unseen(set: number, isRuledOut: (ip: Ip) => boolean): Ip | undefined {
    const head = this.#entries.body.head.sets[set];
    if (head === undefined) return undefined;
    for (let ip = nextUnseen(head); ip !== undefined; ip = nextUnseen(head)) {
      if (this.#entries.table.find(ip) === 0 && !isRuledOut(ip)) return ip;
      this.#entries.isChanged = true;
      pass(head);
    }
    return undefined;
  }

  /** The addresses of a set that were given back, the one for the longest time first. */
  *freed(set: number): Generator<Freed> {
    const chain = this.#entries.body.head.sets[set]?.freed ?? emptyChain();
    for (let entry = chain.first; entry !== 0; entry = this.#entries.table.get(entry, 'after')) {
      yield { ip: this.#entries.table.ip(entry), ageMs: this.#ageOf(entry) };
    }
  }

  take(ip: Ip, holder: string): void {
    const entry = this.#entries.entryOf(ip);
    this.#entries.leave(entry);
    this.#entries.enter(entry, hashOf(holder));
  }

  /** Given back now; the last in its set to be given again. */
  free(ip: Ip): void {
    const entry = this.#entries.entryOf(ip);
    this.#entries.leave(entry);
    this.#entries.retire(entry, this.#nowMs);
  }

  /** How many of a set have been free for less than that. */
  quarantined(set: number, ms: number): number {
    const chain = this.#entries.body.head.sets[set]?.freed ?? emptyChain();
    let count = 0;
    for (let at = chain.last; at !== 0 && this.#ageOf(at) < ms; at = this.#entries.table.get(at, 'before')) count++;
    return count;
  }

  get oldCount(): number {
    return this.#entries.body.head.old.count;
  }

  /** Addresses whose holders may be dead, `limit` of them. */
  old(limit: number): readonly Ip[] {
    const found: Ip[] = [];
    const { first } = this.#entries.body.head.old;
    for (let entry = first; entry !== 0 && found.length < limit; entry = this.#entries.table.get(entry, 'after')) {
      found.push(this.#entries.table.ip(entry));
    }
    return found;
  }

  /** Its holder is known to live, or nobody can tell. */
  spare(ip: Ip): void {
    const entry = this.#entries.table.find(ip);
    if (entry !== 0 && this.#entries.table.get(entry, 'old') === 1) this.#entries.forgetOld(entry);
  }

  #ageOf(entry: number): number {
    const freedAt = this.#entries.table.freedAt(entry);
    return freedAt < 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.#nowMs - freedAt);
  }
}
