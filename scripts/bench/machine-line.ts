/** On what a benchmark ran: numbers without it mean nothing. */
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** statfs(2), `f_type`. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  2435016766: 'btrfs',
  1481003842: 'xfs',
  2035054128: 'overlayfs',
};

/** One line: processor, memory, system, Node, the file system below `folder`, and how busy the machine is by itself. */
export function machineLine(folder: string): string {
  const processors = cpus();
  const kind = statfsSync(folder).type;
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${distribution() ?? type()}, kernel ${release().replace(/-.*/, '')}`,
    `Node ${process.versions.node}`,
    `files on ${FILE_SYSTEMS[kind] ?? `file system 0x${kind.toString(16)}`}`,
    `load ${loadavg()[0]?.toFixed(1) ?? '?'} before`,
  ].join(', ');
}

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
