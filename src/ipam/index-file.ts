/** A network's index on disk, under the network's lock: opened when it may be trusted, else made from the files, which are the truth. */
import type { FileAt } from '../disk/files.ts';
import { CniError } from '../spec/error.ts';
import { AddressIndex } from './address-index.ts';
import { capacityFor, emptyHead } from './index-body.ts';
import { IndexEntries, type Seed } from './index-entries.ts';
import { decodeHead, encodeHead, type Head, sameSpans } from './index-head.ts';
import { hashOf } from './index-table.ts';
import { addressNames, addressOfName } from './layout.ts';
import type { Clock } from './lease.ts';
import { PAGE, type Pages, pagesOf } from './pages.ts';
import { type Folder, readLastReserved } from './shelf.ts';
import type { Spans } from './spans.ts';

/*
 * It may be trusted when it was written in this boot and nothing in the folder has changed since: the folder then has the time
 * that was given to it (see `Files.mark`). So a crash, a full disk or another program cost one reading of the folder, and nothing
 * of the index need be flushed.
 */

/** Whose index. */
export interface Indexed extends Folder {
  readonly clock: Clock;
  /** The sets of ranges; none where they do not matter: then the index keeps its own. */
  readonly sets: readonly Spans[];
}

/** Asks an index without the lock; undefined when there is none to be trusted, or when it was written meanwhile. */
export function peekIndex<T>(on: Indexed, question: (index: AddressIndex) => T): T | undefined {
  const file = on.files.openAt(on.layout.index, 'read');
  if (file === undefined) return undefined;
  try {
    const head = decodeHead(file.read(0, PAGE));
    if (head === undefined || !isFor(on, head)) return undefined;
    const answer = question(indexOf(on, head, pagesIn(file)));
    // Asked last: whoever has written into it has given the folder another time before.
    return isCurrent(on, head) ? answer : undefined;
  } catch (thrown) {
    // Read while it was written.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  } finally {
    file.close();
  }
}

const pagesIn = (file: FileAt): Pages => pagesOf((position) => file.read(position, PAGE));

const isCurrent = ({ files, layout, clock }: Indexed, head: Head): boolean =>
  head.bootId === clock.bootId() && head.stamp === files.timeOf(layout.folder);

const isFor = ({ sets }: Indexed, head: Head): boolean =>
  sets.length === 0 ||
  sameSpans(
    sets,
    head.sets.map(({ spans }) => spans),
  );

const indexOf = ({ clock }: Indexed, head: Head, pages: Pages | undefined): AddressIndex =>
  new AddressIndex(
    new IndexEntries({ head, pages: pages ?? pagesOf() }, { isNew: pages === undefined, empty: pagesOf }),
    clock.uptimeMs(),
  );

export function openIndex(on: Indexed, file: FileAt | undefined, mayTrust: boolean): AddressIndex {
  const head = file && decodeHead(file.read(0, PAGE));
  if (file === undefined || head === undefined) return planted(on, [], scan(on, undefined));
  const found = indexOf(on, head, pagesIn(file));
  const isTrusted = mayTrust && isCurrent(on, head);
  if (isTrusted && isFor(on, head)) return found;
  const known = on.sets.length > 0 ? [] : head.sets.map(({ spans }) => spans);
  if (isTrusted) return planted(on, known, found.entries.seeds());
  return planted(on, known, scan(on, before(on, head, found)));
}

function planted(on: Indexed, known: readonly Spans[], seeds: readonly Seed[]): AddressIndex {
  const sets = on.sets.length > 0 ? on.sets : known;
  const after = sets.map((_, index) => readLastReserved(on, index));
  const head = emptyHead({ bootId: on.clock.bootId(), sets, after }, capacityFor(seeds.length, sets));
  const index = indexOf(on, head, undefined);
  index.entries.plant(seeds);
  return index;
}

/** What an index that is no longer true said. */
interface Before {
  readonly seeds: readonly Seed[];
  readonly isOfThisBoot: boolean;
}

/** Of an earlier boot only the order counts in which addresses were given back. */
function before({ clock }: Indexed, head: Head, index: AddressIndex): Before {
  const seeds = readable(index);
  if (head.bootId === clock.bootId()) return { seeds, isOfThisBoot: true };
  const inOrder = seeds.toSorted((a, b) => a.freedAt - b.freedAt);
  return { seeds: inOrder.map((seed, place) => ({ ...seed, freedAt: place - inOrder.length })), isOfThisBoot: false };
}

/** Without flushes a loss of power may leave anything in its pages. */
function readable(index: AddressIndex): readonly Seed[] {
  try {
    return index.entries.seeds();
  } catch {
    return [];
  }
}

/** Every address file there is, and the addresses that had one when the index was true. */
function scan({ files, layout, clock }: Indexed, was: Before | undefined): readonly Seed[] {
  const { seeds = [], isOfThisBoot = false } = was ?? {};
  const known = new Map(seeds.map((seed) => [seed.ip.text, seed]));
  const holders = new Map<string, Seed>();
  for (const ip of addressNames(files.list(layout.folder)).flatMap((name) => addressOfName(name) ?? [])) {
    const holder = hashOf(holderOf(() => files.readText(layout.address(ip))));
    const seed = known.get(ip.text);
    // Whoever has come since an index of this boot was written lives; without one, nobody knows.
    const old = !isOfThisBoot || (seed?.holder === holder && seed.old);
    holders.set(ip.text, { ip, holder, freedAt: 0, old });
  }
  const gone = seeds.filter(({ ip }) => !holders.has(ip.text));
  const freed = gone.map((seed) => {
    const isFreedNow = isOfThisBoot && seed.holder !== undefined;
    return { ...seed, holder: undefined, freedAt: isFreedNow ? clock.uptimeMs() : seed.freedAt };
  });
  return [...holders.values(), ...freed];
}

/** An address whose file cannot be read is taken, nobody knows by whom. */
function holderOf(read: () => string | undefined): string {
  try {
    return read()?.trim() ?? '';
  } catch (failure) {
    if (failure instanceof CniError) return '';
    throw failure;
  }
}

export function saveIndex({ files, layout }: Indexed, index: AddressIndex, opened: FileAt | undefined): void {
  const { body, isChanged, isNew } = index.entries;
  const { head, pages } = body;
  // Asked only where it decides: a look at a folder is dear on Windows.
  const isSpared = isNew ? !files.exists(layout.folder) : !isChanged && files.timeOf(layout.folder) === head.stamp;
  if (isSpared) return;
  try {
    if (isNew) files.ensureDir(layout.records);
    const stamp = files.mark(layout.folder);
    const page = stamp === undefined ? undefined : encodeHead({ ...head, stamp });
    const file = isNew ? files.openAt(layout.index, 'make') : opened;
    if (page === undefined || file === undefined) return;
    write(file, [...pages.changed(), { position: 0, bytes: page }]);
    if (file !== opened) file.close();
  } catch (failure) {
    // What is not there, or half there, is not trusted: the folder has another time.
    if (!(failure instanceof CniError)) throw failure;
  }
}

function write(file: FileAt, pieces: readonly { readonly position: number; readonly bytes: Uint8Array }[]): void {
  for (const { position, bytes } of pieces) file.write(position, bytes);
}
