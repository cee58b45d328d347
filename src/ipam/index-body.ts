/** The state of a network's index before and after anything is in it. Pure. */
import type { Ip } from '../net/ip.ts';
import type { Head } from './index-head.ts';
import { emptyChain } from './index-table.ts';
import type { Pages } from './pages.ts';
import { placeAfter, type Spans, sizeOf } from './spans.ts';

/** What an index is built for. */
export interface Plan {
  readonly bootId: string;
  readonly sets: readonly Spans[];
  /** Where the search in each set begins. */
  readonly after: readonly (Ip | undefined)[];
}

/** The state of an index: what is on disk, or is to be. */
export interface Body {
  readonly head: Head;
  readonly pages: Pages;
}

const LEAST = 256;
/** A set that is larger has so many entries to begin with; the others have one for each address. */
const LARGE = 65_536n;
const OF_LARGE = 1024;

/** How many entries an index has at first. */
export function capacityFor(seeds: number, sets: readonly Spans[]): number {
  const wanted = sets.map(sizeOf).reduce((sum, size) => sum + (size > LARGE ? OF_LARGE : Number(size)), 0);
  return 2 ** Math.ceil(Math.log2(Math.max(LEAST, 2 * seeds, wanted)));
}

/** The same sets at the same places, with nothing in them. */
export function emptyBody(head: Head, { capacity, pages }: { readonly capacity: number; readonly pages: Pages }): Body {
  const sets = head.sets.map((set) => ({ ...set, taken: 0, freed: emptyChain() }));
  return { pages, head: { ...head, capacity, made: 0, unused: emptyChain(), old: emptyChain(), sets } };
}

/** An index with nothing in it. */
export function emptyHead({ bootId, sets, after }: Plan, capacity: number): Head {
  return {
    bootId,
    stamp: '',
    capacity,
    made: 0,
    unused: emptyChain(),
    old: emptyChain(),
    sets: sets.map((spans, index) => ({
      spans,
      next: placeAfter(spans, after[index]),
      left: sizeOf(spans),
      taken: 0,
      freed: emptyChain(),
    })),
  };
}
