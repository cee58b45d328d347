/** host-local as an executable of its own, for plugins that call it by this name: its verbs on its files, and none of our records. */
import { join } from 'node:path';
import { addressNames, addressOfName, contentOf, type Layout } from '../ipam/layout.ts';
import { addressesHeldBy, type Folder } from '../ipam/shelf.ts';
import { usageIn } from '../ipam/usage.ts';
import type { Ip } from '../net/ip.ts';
import { NO_ARGUMENTS } from '../spec/arguments.ts';
import { type ValidAttachment, validAttachments } from '../spec/attachments.ts';
import type { Command, DelTarget } from '../spec/command.ts';
import { writeResult } from '../spec/convert.ts';
import type { Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { versionResult } from '../spec/version.ts';
import { add } from './add.ts';
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
        for (const ip of heldBy(folder, command.target)) folder.files.remove(folder.layout.address(ip));
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
  const result = await locked(ports, layout, () => add({ files: ports.files, layout }, target, asked));
  const whole = Object.entries(writeResult(result, cniVersion));
  // The result of an IPAM plugin has no interfaces (SPEC.md 1.1.0 section 5 "Delegated plugins").
  return Object.fromEntries(whole.filter(([key]) => key !== 'interfaces'));
}

async function locked<T>({ lock, remainingMs }: HostLocalPorts, layout: Layout, work: () => T): Promise<T> {
  const unlock = await lock.acquire(layout.lock, remainingMs());
  try {
    return work();
  } finally {
    unlock();
  }
}

/** Under the lock; without a folder there is nothing to lock, and none is made for looking. */
async function onFolder(config: Json, ports: HostLocalPorts, work: (folder: Folder) => void): Promise<void> {
  const layout = placeOf(config, ports);
  const folder = { files: ports.files, layout };
  if (!ports.files.exists(layout.folder)) {
    work(folder);
    return;
  }
  await locked(ports, layout, () => {
    work(folder);
  });
}

const heldBy = (folder: Folder, holder: ValidAttachment): readonly Ip[] =>
  addressesHeldBy(folder, holder, folder.files.list(folder.layout.folder));

function check(folder: Folder, { containerId, ifname }: DelTarget): void {
  if (heldBy(folder, { containerId, ifname }).length > 0) return;
  throw new CniError(Code.CheckFailed, `Cannot confirm "${ifname}" of container "${containerId}": it has no address`, {
    details: `folder ${folder.layout.folder}`,
  });
}

/** Whoever is not on the runtime's list is gone; a file of versions that knew no interface names the container alone. */
function gc({ files, layout }: Folder, valid: readonly ValidAttachment[]): void {
  const kept = new Set(valid.flatMap((one) => [contentOf(one), one.containerId]));
  const names = files.list(layout.folder);
  for (const ip of addressNames(names).flatMap((name) => addressOfName(name) ?? [])) {
    const content = files.readText(layout.address(ip))?.trim();
    if (content !== undefined && !kept.has(content)) files.remove(layout.address(ip));
  }
  // What a crash left of writing one; nobody is writing now, for the lock is ours.
  for (const name of names.filter((one) => one.endsWith('.tmp'))) files.remove(join(layout.folder, name));
}

/** Whatever keeps STATUS from its answer keeps ADD from its own: code 50. Without the lock, for it comes every few seconds. */
function status(config: Json, ports: HostLocalPorts): void {
  try {
    const { folder } = placeOf(config, ports);
    const names = ports.files.list(folder);
    const each = decodeAsked(config, NO_ARGUMENTS, ports).sets.map((set) => usageIn(set, names, []));
    const full = each.findIndex(({ used, total }) => BigInt(used) >= total);
    const usage = each[full];
    if (usage === undefined) return;
    throw new CniError(
      Code.NotAvailable,
      `Cannot give an address: ${usage.used} of ${usage.total} are used, none is free`,
      {
        details: `folder ${folder}; range set ${full}`,
      },
    );
  } catch (thrown) {
    const { message, details, code } = CniError.from(thrown);
    if (code === Code.NotAvailable) throw thrown;
    throw new CniError(Code.NotAvailable, message, { cause: thrown, ...(details === undefined ? {} : { details }) });
  }
}
