/** Other executables on this machine, for delegation. The module that starts them is loaded when one is started. */
import { statSync } from 'node:fs';
import type { Programs } from '../ipam/delegate.ts';
import { CniError, Code } from '../spec/error.ts';

export const systemPrograms = (windows: boolean): Programs => ({
  windows,
  firstFile: (paths) => paths.find(isFile),
  isOwn: (path) => isSameFile(path, process.execPath),
  run: ({ path, env, stdin, timeoutMs }) => {
    // Loading child_process costs every command milliseconds, and hardly any command needs it.
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { status, stdout, error } = spawnSync(path, [], {
      env: { ...env },
      input: stdin,
      timeout: Math.max(1, Math.floor(timeoutMs)),
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'inherit'],
      maxBuffer: 16 * 1024 * 1024,
      windowsHide: true,
    });
    const { code } = (error ?? {}) as NodeJS.ErrnoException;
    // EPIPE: it ended without reading all of stdin, which is its own affair.
    if (error !== undefined && code !== 'ETIMEDOUT' && code !== 'EPIPE') {
      throw new CniError(Code.Ipam, `Cannot run "${path}": ${code ?? error.message}`, { cause: error });
    }
    return { status, stdout: stdout.toString('utf8') };
  },
});

/** Names of one file are hard links of it, as `wincni install` makes them. */
function isSameFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map((name) => statSync(name, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && one.ino === two?.ino && one.dev === two.dev;
}

/** A folder that cannot be looked into has no plugin for us. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
