/** The process edge: the only reader of the environment and stdin, the only writer of stdout, the only one that wires. */
import { readSync, writeSync } from 'node:fs';
import type { Platform } from './platform.ts';
import { run } from './run.ts';
import { MAX_STDIN_BYTES } from './spec/command.ts';
import { CniError, Code } from './spec/error.ts';
import { SUPPORTED } from './spec/version.ts';
import type { Machine } from './this-machine.ts';

/** Set by the build from package.json. */
declare const WINCNI_VERSION: string | undefined;

/** Read by a loop until 0: Wine refuses the fstat that readFileSync begins with. What is too long is read until it is. */
function readStdin(): Uint8Array {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= MAX_STDIN_BYTES; ) {
    const chunk = Buffer.alloc(65_536);
    const length = readChunk(chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // EOF is how Windows ends a pipe; EAGAIN is a pipe that its writer made non-blocking.
      if (code === 'EOF' || code === 'EBADF') return 0;
      if (code !== 'EAGAIN') throw new CniError(Code.Io, `Cannot read stdin: ${code ?? 'unknown'}`, { cause });
    }
  }
}

/** One write that is complete before anything ends the process. */
const writer =
  (descriptor: 1 | 2) =>
  (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    for (let written = 0; written < bytes.length; ) {
      try {
        written += writeSync(descriptor, bytes, written);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause;
      }
    }
  };
const writeStdout = writer(1);

let machine: Machine | undefined;

/** What VERSION and a refused input do without. */
async function loadMachine(): Promise<Machine> {
  const { machineOf } = await import('./this-machine.ts');
  machine ??= machineOf(process.env);
  return machine;
}

const end = (status: number): never => (machine === undefined ? process.exit(status) : machine.end(status));

async function main(): Promise<void> {
  // Node would write what it counted to the folder that this names; tests of the bundle count.
  if (process.env['NODE_V8_COVERAGE'] !== undefined && process.getBuiltinModule('node:sea').isSea())
    process.getBuiltinModule('node:v8').stopCoverage();
  if ((process.env['CNI_COMMAND'] ?? '') === '') {
    const version = typeof WINCNI_VERSION === 'string' ? WINCNI_VERSION : 'from source';
    const args = process.argv.slice(2);
    if (args.length > 0) return byHand(args, version);
    process.stderr.write(
      `wincni ${version}: CNI plugin for Windows nodes, CNI versions ${SUPPORTED.join(', ')}\n` +
        'It is started by a container runtime, with CNI_COMMAND in the environment and its configuration on stdin.\n',
    );
    return;
  }
  const platform = async (): Promise<Platform> => (await loadMachine()).platform;
  const io = { env: process.env, stdin: readStdin, stdout: writeStdout };
  end(await run(io, { executable: process.execPath, platform }));
}

/** The command line of people, which is loaded here: a runtime's command must not pay for it. */
async function byHand(args: readonly string[], version: string): Promise<void> {
  const { runCli } = await import('./cli/cli.ts');
  const { platform, system } = await loadMachine();
  const lines =
    (write: (text: string) => void) =>
    (line: string): void => {
      write(`${line}\n`);
    };
  const [print, complain] = [lines(writeStdout), lines(writer(2))];
  const windows = process.platform === 'win32';
  const shell = { version, windows, defaults: platform.defaults, stdin: readStdin, system, print, complain };
  end(await runCli(args, shell));
}

main().catch((failure: unknown) => {
  // stdout itself is gone: nobody is left to tell, and a runtime that asks again finds a pending lease.
  process.stderr.write(`wincni: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  end(1);
});
