/** ADD of host-local: one address from each set of ranges, on its files and by its order, whatever network it is for. */
import { type Choice, nextAddress, rangeFor } from '../ipam/allocate.ts';
import type { Indexed } from '../ipam/index-file.ts';
import { contentOf } from '../ipam/layout.ts';
import type { RangeSet } from '../ipam/ranges.ts';
import { addressesHeldBy, type Folder, freeAddress, readLastReserved } from '../ipam/shelf.ts';
import { usedIn } from '../ipam/usage.ts';
import type { IndexInUse } from '../ipam/use-index.ts';
import { formatCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { Target } from '../spec/command.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Result, ResultIp } from '../spec/result.ts';
import type { Asked } from './conf.ts';

/** A network's folder under its lock. */
export interface OpenFolder extends Indexed {
  readonly index: IndexInUse;
}

/** One attachment, and what the folder says before anything is changed. */
interface Adding extends OpenFolder {
  readonly target: Target;
  /** Addresses that this container's interface has. */
  readonly held: readonly Ip[];
}

/** Works under the lock of the network, in a folder that is there. */
export function add(folder: OpenFolder, target: Target, asked: Asked): Result {
  const adding = { ...folder, target, held: addressesHeldBy(folder, folder.index.get(), target) };
  const choices: Choice[] = [];
  try {
    for (const [index, set] of asked.sets.entries()) {
      asked.assigned.refuseRest(index);
      choices.push(choose(adding, { index, set, wanted: asked.assigned.wanted[index] }));
    }
    asked.assigned.refuseRest();
  } catch (failure) {
    // As with host-local, the rounds of the sets that could give an address have moved on.
    noteLast(folder, choices);
    throw failure;
  }
  take(adding, choices);
  const { routes, dns } = asked;
  return {
    interfaces: [],
    ips: choices.map(ipOf),
    ...(routes.length === 0 ? {} : { routes }),
    ...(Object.keys(dns).length === 0 ? {} : { dns }),
  };
}

const ipOf = ({ ip, range }: Choice): ResultIp => ({
  address: formatCidr({ ip, prefix: range.subnet.prefix }),
  gateway: range.gateway.text,
});

interface Place {
  readonly index: number;
  readonly set: RangeSet;
  readonly wanted: Ip | undefined;
}

function choose(adding: Adding, { index, set, wanted }: Place): Choice {
  const { target, held } = adding;
  const what = `Cannot give "${target.ifname}" of container "${target.containerId}" an address`;
  const had = held.find((ip) => rangeFor(set, ip) !== undefined);
  if (had !== undefined) throw new CniError(Code.AttachmentExists, `${what}: it has ${had.text} already`);
  const range = wanted && rangeFor(set, wanted);
  if (wanted !== undefined && range !== undefined) {
    if (!adding.files.exists(adding.layout.address(wanted))) return { ip: wanted, range };
    throw new CniError(Code.Ipam, `${what}: ${wanted.text} was asked for, but another container has it`);
  }
  const next = nextIn(adding, set, index);
  if (next !== undefined) return next;
  const { used, total } = usedIn(adding.index.get(), { set, at: index, reserved: [] });
  throw new CniError(Code.AddressesExhausted, `${what}: ${used} of ${total} addresses are used, none is free`, {
    details: `folder ${adding.layout.folder}; range set ${index}`,
  });
}

/** Round robin. The files have the last word, where they show that the index is wrong. */
function nextIn(adding: Adding, set: RangeSet, at: number): Choice | undefined {
  const found = byIndex(adding, set, at);
  const { used, total } = usedIn(adding.index.get(), { set, at, reserved: [] });
  const isWrong = found === undefined ? BigInt(used) < total : adding.files.exists(adding.layout.address(found.ip));
  if (!isWrong) return found;
  adding.index.rescan();
  return byIndex(adding, set, at);
}

function byIndex(adding: Adding, set: RangeSet, at: number): Choice | undefined {
  const index = adding.index.get();
  return nextAddress({
    set,
    after: readLastReserved(adding, at),
    isTaken: (ip) => index.isTaken(ip),
    takenAtMost: index.taken,
    never: [],
  });
}

/** Each file is whole or not there; what an error cuts short is taken back, and what a crash leaves is DEL's to find. */
function take(adding: Adding, choices: readonly Choice[]): void {
  const { files, layout, target } = adding;
  try {
    for (const { ip } of choices) {
      if (files.createExclusive(layout.address(ip), contentOf(target))) {
        adding.index.get().take(ip, contentOf(target));
        continue;
      }
      throw new CniError(Code.Ipam, `Cannot reserve ${ip.text}: its file has just appeared, expected no other writer`);
    }
    noteLast(adding, choices);
  } catch (failure) {
    giveBack(adding, choices);
    throw failure;
  }
}

function noteLast({ files, layout }: Folder, choices: readonly Choice[]): void {
  for (const [index, { ip }] of choices.entries()) files.writeFlushed(layout.lastReserved(index), ip.text);
}

/** Best effort: the failure that led here is the one to report. */
function giveBack({ files, layout, target, index }: Adding, choices: readonly Choice[]): void {
  for (const { ip } of choices) {
    try {
      if (freeAddress({ files, layout }, ip, target)) index.get().free(ip);
    } catch {
      // See above.
    }
  }
}
