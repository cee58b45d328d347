/** What a whole network holds: every record, every address file. For GC and STATUS; no ADD or DEL of a pod comes here. */
import { dropHalfWritten } from '../disk/half-written.ts';
import { CniError, Code } from '../spec/error.ts';
import { addressNames, addressOfName, keysOf } from './layout.ts';
import type { Inventory } from './lease.ts';
import { ageOf } from './record.ts';
import { asTombstone } from './release.ts';
import { readLease, readTombstone } from './shelf.ts';
import type { Stock } from './stock.ts';

/** Reads all of it; a record that cannot be read is reported and left, and what a crash left half written goes. */
export function inventory(stock: Stock, onUnreadable: (error: CniError) => void): Inventory {
  const { files, layout, clock } = stock;
  // Also what host-local was writing.
  for (const folder of [layout.folder, layout.records, layout.attachments, layout.tombstones])
    dropHalfWritten(files, folder, files.list(folder));
  const all = <T>(keys: readonly string[], read: (key: string) => T | undefined): readonly T[] =>
    keys.flatMap((key) => {
      try {
        const found = read(key);
        return found === undefined ? [] : [found];
      } catch (error) {
        if (!(error instanceof CniError) || error.code !== Code.Ipam) throw error;
        onUnreadable(error);
        return [];
      }
    });
  const tombstones = all(keysOf(files.list(layout.tombstones)), (key) => readTombstone(stock, key));
  const records = all(keysOf(files.list(layout.attachments)), (key) => readLease(stock, key));
  const known = new Set([...tombstones, ...records].map(({ lease }) => nameOf(lease)));
  return {
    leases: records.map(({ lease, made }) => ({ lease, ofThisBoot: ageOf(made, clock) !== undefined })),
    tombstones: tombstones.map((record) => asTombstone(stock, record)),
    others: holdersIn(stock).filter((holder) => !known.has(nameOf(holder))),
  };
}

interface Named {
  readonly containerId: string;
  readonly ifname: string;
}

const nameOf = ({ containerId, ifname }: Named): string => `${containerId}\n${ifname}`;

/** Each holder of an address file once; files of versions of host-local that knew no interface are left to DEL. */
function holdersIn({ files, layout }: Stock): readonly Named[] {
  const found = new Map<string, Named>();
  for (const name of addressNames(files.list(layout.folder))) {
    const ip = addressOfName(name);
    const [containerId, ifname] = (ip && files.readText(layout.address(ip))?.trim().split(/\r?\n/)) ?? [];
    if (containerId === undefined || ifname === undefined || containerId === '' || ifname === '') continue;
    found.set(nameOf({ containerId, ifname }), { containerId, ifname });
  }
  return [...found.values()];
}
