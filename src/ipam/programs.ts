/** Other executables on this machine, for delegation. The module that starts them is loaded when one is started. */
import { statSync } from 'node:fs';
import type { Programs } from './delegate.ts';

export const systemPrograms = (windows: boolean): Programs => ({
  windows,
  firstFile: (paths) => paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true),
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
    if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'ETIMEDOUT') throw error;
    return { status, stdout: stdout.toString('utf8') };
  },
});
