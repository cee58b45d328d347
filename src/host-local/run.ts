/** host-local as an executable of its own, for plugins that call it by this name: its verbs on its files, and none of our records. */
import { dropHalfWritten } from '../disk/half-written.ts';
import { type Indexed, peekIndex } from '../ipam/index-file.ts';
import { addressNames, addressOfName, contentOf, type Layout } from '../ipam/layout.ts';
import type { RangeSet } from '../ipam/ranges.ts';
import { addressesHeldBy, refuseLinks } from '../ipam/shelf.ts';
import { usageIn, usedIn } from '../ipam/usage.ts';
import { withIndex } from '../ipam/use-index.ts';
import type { Ip } from '../net/ip.ts';
import { NO_ARGUMENTS } from '../spec/arguments.ts';
import { type ValidAttachment, validAttachments } from '../spec/attachments.ts';
import type { Command, DelTarget } from '../spec/command.ts';
import { writeResult } from '../spec/convert.ts';
import type { Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { versionResult } from '../spec/version.ts';
import { add, type OpenFolder } from './add.ts';
import { decodeAsked, type HostLocalPorts, placeOf } from './conf.ts';

/** Runs one command of `readHostLocalCommand`; answers the JSON to print, where the verb prints any. */
export async function runHostLocal(command: Command, ports: HostLocalPorts): Promise<Json | undefined> {
  switch (command.verb) {
    case 'VERSION':
      return { ...versionResult(command.cniVersion) };
    case 'ADD':
      return addressesFor(command, ports);
    case 'CHECK':
      await onFolder(command.config, ports, (folder) => {
        check(folder, command.target);
      });
      return undefined;
    case 'DEL':
      await onFolder(command.config, ports, (folder) => {
        const index = folder.index.get();
        for (const ip of heldBy(folder, command.target)) {
          folder.files.remove(folder.layout.address(ip));
          index.free(ip);
        }
      });
      return undefined;
    case 'GC': {
      const valid = validAttachments(command.config);
      await onFolder(command.config, ports, (folder) => {
        if (valid !== undefined) gc(folder, valid);
      });
      return undefined;
    }
    case 'STATUS':
      status(command.config, ports);
      return undefined;
    default:
      return command satisfies never;
  }
}

async function addressesFor(
  command: Extract<Command, { verb: 'ADD' | 'CHECK' }>,
  ports: HostLocalPorts,
): Promise<Json> {
  const { config, target, cniVersion } = command;
  const layout = placeOf(config, ports);
  const asked = decodeAsked(config, target.args, ports);
  ports.files.ensureDir(layout.folder);
  const result = await locked(indexedBy(ports, layout, asked.sets), ports, (folder) => add(folder, target, asked));
  const whole = Object.entries(writeResult(result, cniVersion));
  // The result of an IPAM plugin has no interfaces (SPEC.md 1.1.0 section 5 "Delegated plugins").
  return Object.fromEntries(whole.filter(([key]) => key !== 'interfaces'));
}

const indexedBy = ({ files, clock }: HostLocalPorts, layout: Layout, sets: readonly RangeSet[]): Indexed => ({
  files,
  layout,
  clock,
  sets,
});

async function locked<T>(on: Indexed, { lock, remainingMs }: HostLocalPorts, work: (on: OpenFolder) => T): Promise<T> {
  refuseLinks(on);
  const unlock = await lock.acquire(on.layout.lock, remainingMs());
  try {
    return await withIndex(on, (index) => work({ ...on, index }));
  } finally {
    unlock();
  }
}

/** Under the lock; without a folder there is nothing to lock, and none is made for looking. */
async function onFolder(config: Json, ports: HostLocalPorts, work: (folder: OpenFolder) => void): Promise<void> {
  const layout = placeOf(config, ports);
  const on = indexedBy(ports, layout, []);
  if (ports.files.exists(layout.folder)) await locked(on, ports, work);
  else
    await withIndex(on, (index) => {
      work({ ...on, index });
    });
}

const heldBy = (folder: OpenFolder, holder: ValidAttachment): readonly Ip[] =>
  addressesHeldBy(folder, folder.index.get(), holder);

function check(folder: OpenFolder, { containerId, ifname }: DelTarget): void {
  if (heldBy(folder, { containerId, ifname }).length > 0) return;
  throw new CniError(Code.CheckFailed, `Cannot confirm "${ifname}" of container "${containerId}": it has no address`, {
    details: `folder ${folder.layout.folder}`,
  });
}

/** Whoever is not on the runtime's list is gone; a file of versions that knew no interface names the container alone. */
function gc({ files, layout, index }: OpenFolder, valid: readonly ValidAttachment[]): void {
  const kept = new Set(valid.flatMap((one) => [contentOf(one), one.containerId]));
  const known = index.get();
  const names = dropHalfWritten(files, layout.folder, files.list(layout.folder));
  for (const ip of addressNames(names).flatMap((name) => addressOfName(name) ?? [])) {
    const content = files.readText(layout.address(ip))?.trim();
    if (content === undefined || kept.has(content)) continue;
    files.remove(layout.address(ip));
    known.free(ip);
  }
}

/** Whatever keeps STATUS from its answer keeps ADD from its own: code 50. Without the lock, for it comes every few seconds. */
function status(config: Json, ports: HostLocalPorts): void {
  try {
    const layout = placeOf(config, ports);
    const { sets } = decodeAsked(config, NO_ARGUMENTS, ports);
    const each =
      peekIndex(indexedBy(ports, layout, sets), (index) =>
        sets.map((set, at) => usedIn(index, { set, at, reserved: [] })),
      ) ?? sets.map((set) => usageIn(set, ports.files.list(layout.folder), []));
    const full = each.findIndex(({ used, total }) => BigInt(used) >= total);
    const usage = each[full];
    if (usage === undefined) return;
    throw new CniError(
      Code.NotAvailable,
      `Cannot give an address: ${usage.used} of ${usage.total} are used, none is free`,
      {
        details: `folder ${layout.folder}; range set ${full}`,
      },
    );
  } catch (thrown) {
    const { message, details, code } = CniError.from(thrown);
    if (code === Code.NotAvailable) throw thrown;
    throw new CniError(Code.NotAvailable, message, { cause: thrown, ...(details === undefined ? {} : { details }) });
  }
}
