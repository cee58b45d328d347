/** The program: one command of a runtime, or what a person asks for. */
import { end, environment, loadMachine, readStdin, writeStderr, writeStdout } from './edge.ts';
import type { Platform } from './platform.ts';
import { run } from './run.ts';
import { SUPPORTED } from './spec/version.ts';

/** Set by the build from package.json. */
declare const WINCNI_VERSION: string | undefined;

async function main(): Promise<void> {
  // Node would write what it counted to the folder that this names; tests of the bundle count.
  if (environment['NODE_V8_COVERAGE'] !== undefined && process.getBuiltinModule('node:sea').isSea())
    process.getBuiltinModule('node:v8').stopCoverage();
  if ((environment['CNI_COMMAND'] ?? '') === '') {
    const version = typeof WINCNI_VERSION === 'string' ? WINCNI_VERSION : 'from source';
    const args = process.argv.slice(2);
    // Loaded here: a runtime's command must not pay for it.
    if (args.length > 0) return (await import('./by-hand.ts')).byHand(args, version);
    writeStderr(
      `wincni ${version}: CNI plugin for Windows nodes, CNI versions ${SUPPORTED.join(', ')}\n` +
        'It is started by a container runtime, with CNI_COMMAND in the environment and its configuration on stdin.\n',
    );
    return;
  }
  const platform = async (): Promise<Platform> => (await loadMachine()).platform;
  const io = { env: environment, stdin: readStdin, stdout: writeStdout };
  end(await run(io, { executable: process.execPath, platform }));
}

main().catch((failure: unknown) => {
  // stdout itself is gone: nobody is left to tell, and a runtime that asks again finds a pending lease.
  try {
    writeStderr(`wincni: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  } finally {
    // Also when stderr is gone, too: Node's own end would wait for a call that hangs.
    end(1);
  }
});
