/** The edge of the process: the only reader of environment and stdin, the only writer of stdout and stderr. */
import { readSync, writeSync } from 'node:fs';
import { MAX_STDIN_BYTES } from './spec/command.ts';
import { CniError, Code } from './spec/error.ts';
import type { Machine } from './this-machine.ts';

export const environment = process.env;

/** Read by a loop until 0: Wine refuses the fstat that readFileSync begins with. What is too long is read until it is. */
export function readStdin(): Uint8Array {
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
export const writeStdout = writer(1);

export const writeStderr = writer(2);

let machine: Machine | undefined;

/** What VERSION and a refused input do without. */
export async function loadMachine(): Promise<Machine> {
  const { machineOf } = await import('./this-machine.ts');
  machine ??= machineOf(environment);
  return machine;
}

/** Ends the process, whatever hangs in it where that can be. */
export const end = (status: number): never => (machine === undefined ? process.exit(status) : machine.end(status));
