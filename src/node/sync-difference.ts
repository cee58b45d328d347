/** Reconciles by difference: what is wanted, what a table has and what of it is ours make a list of changes. Pure. */
import { type Cidr, formatCidr, overlaps } from '../net/cidr.ts';

/** How the entries of a table are told apart. */
export interface Table<T> {
  /** What makes an entry the one it is. */
  readonly keyOf: (entry: T) => string;
  /** The rest of it, which can be changed in place. */
  readonly restOf: (entry: T) => string;
  readonly destinationOf: (entry: T) => Cidr;
}

export interface State<T> {
  readonly wanted: readonly T[];
  /** Everything in the table, of every owner. */
  readonly present: readonly T[];
  /** What we have made or were about to make: an entry is ours as long as it is exactly as recorded. */
  readonly owned: readonly T[];
  /** Where entries of ours stay as they are, though they are not wanted: those of peers that could not be judged. */
  readonly spared: readonly Cidr[];
}

export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

/** To be carried out in this order: then no destination that was served and is to be is without an entry in between. */
export interface Difference<T> {
  readonly create: readonly T[];
  readonly set: readonly Change<T>[];
  readonly remove: readonly T[];
  /** Ours, as they are to be, or spared. */
  readonly kept: readonly T[];
  /** Wanted, and there already, but made by another: left to their owner. */
  readonly foreign: readonly T[];
  /** Not made, because another has an entry to the same destination. */
  readonly clashes: readonly { readonly wanted: T; readonly other: T }[];
}

export function differenceOf<T>(table: Table<T>, { wanted, present, owned, spared }: State<T>): Difference<T> {
  const index = indexOf(table, { present, owned });
  const difference = emptyDifference<T>();
  for (const entry of wanted) place(entry, difference, { table, index });
  const keys = new Set(wanted.map(table.keyOf));
  const clashing = difference.clashes.map((clash) => table.destinationOf(clash.wanted));
  const isSpared = overlapping([...spared, ...clashing]);
  for (const entry of index.own.values()) {
    if (keys.has(table.keyOf(entry))) continue;
    (isSpared(table.destinationOf(entry)) ? difference.kept : difference.remove).push(entry);
  }
  return difference;
}

/** Puts what is wanted where it belongs in the difference. */
function place<T>(
  to: T,
  { kept, set, foreign, clashes, create }: Growing<Difference<T>>,
  { table, index }: { readonly table: Table<T>; readonly index: Index<T> },
): void {
  const from = index.own.get(table.keyOf(to));
  const same = index.foreign.get(table.keyOf(to));
  const other = index.towards.get(formatCidr(table.destinationOf(to)));
  if (from !== undefined) {
    if (table.restOf(from) === table.restOf(to)) kept.push(from);
    else set.push({ from, to });
  } else if (same !== undefined) foreign.push(same);
  else if (other !== undefined) clashes.push({ wanted: to, other });
  else create.push(to);
}

interface Index<T> {
  /** Ours, by key. */
  readonly own: ReadonlyMap<string, T>;
  /** Of others, by key. */
  readonly foreign: ReadonlyMap<string, T>;
  /** Of others, by destination. */
  readonly towards: ReadonlyMap<string, T>;
}

function indexOf<T>(table: Table<T>, { present, owned }: Pick<State<T>, 'present' | 'owned'>): Index<T> {
  const claims = new Set(owned.map((entry) => identityOf(table, entry)));
  const isOurs = (entry: T): boolean => claims.has(identityOf(table, entry));
  const others = present.filter((entry) => !isOurs(entry));
  return {
    own: new Map(present.filter(isOurs).map((entry) => [table.keyOf(entry), entry])),
    foreign: new Map(others.map((entry) => [table.keyOf(entry), entry])),
    towards: new Map(others.map((entry) => [formatCidr(table.destinationOf(entry)), entry])),
  };
}

/** All of an entry. */
export const identityOf = <T>({ keyOf, restOf }: Table<T>, entry: T): string => `${keyOf(entry)} ${restOf(entry)}`;

type Growing<D> = { -readonly [K in keyof D]: D[K] extends readonly (infer E)[] ? E[] : never };

const emptyDifference = <T>(): Growing<Difference<T>> => ({
  create: [],
  set: [],
  remove: [],
  kept: [],
  foreign: [],
  clashes: [],
});

/** Whether a block shares an address with one of these; most often it is one of them. */
export function overlapping(cidrs: readonly Cidr[]): (cidr: Cidr) => boolean {
  const texts = new Set(cidrs.map(formatCidr));
  return (cidr) => texts.has(formatCidr(cidr)) || cidrs.some((each) => overlaps(each, cidr));
}
