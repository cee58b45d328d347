/** Drives the C caller: a process of its own that makes one call of the entry points after the other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Args, Reply } from '../../native/simulator/call.ts';
import { CALLER_LINUX, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { guidBytes } from '../../src/ffi/strings.ts';

export interface Caller {
  /** Undefined when the process was ended by the call. */
  readonly call: (name: string, args: Args) => Promise<Reply | undefined>;
  /** Lets the process end, when it has not ended yet; its exit code. */
  readonly end: () => Promise<number | null>;
}

/** Starts a caller under the name `exe`. */
export function startCaller(address: string, exe = 'caller'): Caller {
  const child = spawn(CALLER_LINUX, [LINUX_LIBRARY], {
    argv0: exe,
    env: { HNS_SIMULATOR: address },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return callerOn(child);
}

/** A caller on a process that reads lines and answers lines, as native/caller/caller.c does. */
function callerOn(child: ChildProcess): Caller {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the caller has no pipes');
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  stdin.on('error', () => undefined);
  return {
    call: async (name, args) => {
      stdin.write(`${lineOf(name, args)}\n`);
      const line = await lines.next();
      return line.done === true ? undefined : replyOf(line.value);
    },
    end: () => {
      stdin.end();
      return exited;
    },
  };
}

/** A call as the caller reads it. */
export const lineOf = (name: string, args: Args): string => [name, ...wordsOf(name, args)].join(' ');

/** Arguments in the order of the parameters, which is that of the traces. */
const wordsOf = (call: string, args: Args): readonly string[] =>
  Object.entries(args).map(([name, value]) => {
    if (typeof value === 'number') return String(value);
    // Compute systems have ids of any form.
    return name === 'id' && !call.startsWith('Hcs') ? guidBytes(value).toString('hex') : hexOf(value);
  });

/** The empty text has no digits; a NUL stands for it and reads the same. */
const hexOf = (text: string): string => Buffer.from(text === '' ? '\0' : text, 'utf16le').toString('hex');

/** An outcome as the caller prints it. */
export function replyOf(line: string): Reply {
  const [hresult = '', handle = '0', response = '-', error = '-'] = line.split(' ');
  return {
    hresult: Number.parseInt(hresult, 16) | 0,
    ...(handle === '0' ? {} : { handle: Number(handle) }),
    ...(response === '-' ? {} : { response: textOf(response) }),
    ...(error === '-' ? {} : { error: textOf(error) }),
  };
}

const textOf = (digits: string): string => Buffer.from(digits, 'hex').toString('utf16le');
