/** The Go programs of this folder as functions: libcni's judgement of output, and containerd's client on a machine. */
import { spawn } from 'node:child_process';
import { libcni } from '../../scripts/libcni.js';
import type { Ended } from '../support/plugin.ts';

/** What a plugin printed. */
export interface Printed {
  readonly kind: 'result' | 'error' | 'version';
  /** The configuration's. */
  readonly version: string;
  readonly stdout: string;
}

/** "ok" or why not, for each, by libcni's own decoders and conversions. */
export async function verdicts(printed: readonly Printed[]): Promise<readonly string[]> {
  const { judge } = await libcni();
  const input = printed.map((one) => JSON.stringify(one)).join('\n');
  const { code, stdout, stderr } = await run([judge], { env: {}, input });
  if (code !== 0) throw new Error(`Cannot judge: exit code ${code}, ${stderr}`);
  return stdout.trimEnd().split('\n');
}

export interface Node {
  /** Folder of the plugin. */
  readonly bin: string;
  /** Folder of the configuration. */
  readonly conf: string;
  /** Folder of libcni's result cache. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Sandbox {
  readonly id: string;
  /** Empty when the namespace is gone. */
  readonly netns: string;
}

/** One call of go-cni in a process of its own, as by a containerd that was restarted in between. */
export async function gocni(verb: 'setup' | 'check' | 'status' | 'remove', node: Node, pod: Sandbox): Promise<Ended> {
  const { gocni: program } = await libcni();
  const { bin, conf, cache } = node;
  const flags = Object.entries({ bin, conf, cache, ...pod }).map(([name, value]) => `-${name}=${value}`);
  return run([program, ...flags, verb], { env: node.env, input: '' });
}

interface Given {
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

function run([program = '', ...args]: readonly string[], { env, input }: Given): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, timeout: 60_000, killSignal: 'SIGKILL' });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...text });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
