/** An IPAM plugin of its own executable, as a script: it keeps what it was given and answers what the test says. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Call {
  readonly verb: string;
  /** Exactly the bytes on its stdin. */
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface IpamPlugin {
  /** For CNI_PATH. */
  readonly folder: string;
  readonly type: string;
  /** What it prints for a verb, and its exit status. */
  readonly answer: (verb: string, stdout: unknown, status?: number) => void;
  /** In the order they came. */
  readonly calls: () => readonly Call[];
  /** Runs before it answers; `$CNI_COMMAND` and the rest are set. */
  readonly before: (shell: string) => void;
  readonly remove: () => void;
}

export const ADDRESS = { ips: [{ address: '10.244.3.77/24', gateway: '10.244.3.1' }] };

const script = (folder: string): string => `#!/bin/sh
cd '${folder}' || exit 9
n=$(ls calls | wc -l)
dir=$(printf 'calls/%03d' "$n")
mkdir "$dir"
cat > "$dir/stdin"
env > "$dir/env"
. ./before
if [ -f "answer/$CNI_COMMAND" ]; then cat "answer/$CNI_COMMAND"; exit "$(cat "status/$CNI_COMMAND")"; fi
exit 0
`;

/** One that gives 10.244.3.77 and is content with everything else. */
export function ipamPlugin(type = 'fake-ipam'): IpamPlugin {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-ipam-'));
  for (const name of ['calls', 'answer', 'status']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, type), script(folder));
  writeFileSync(join(folder, 'before'), '');
  chmodSync(join(folder, type), 0o755);
  const answer: IpamPlugin['answer'] = (verb, stdout, status = 0) => {
    writeFileSync(join(folder, 'answer', verb), typeof stdout === 'string' ? stdout : JSON.stringify(stdout));
    writeFileSync(join(folder, 'status', verb), String(status));
  };
  answer('ADD', ADDRESS);
  return {
    folder,
    type,
    answer,
    calls: () =>
      readdirSync(join(folder, 'calls'))
        .sort()
        .map((name) => callIn(join(folder, 'calls', name))),
    before: (shell) => {
      writeFileSync(join(folder, 'before'), `${shell}\n`);
    },
    remove: () => {
      if (existsSync(folder)) rmSync(folder, { recursive: true });
    },
  };
}

function callIn(folder: string): Call {
  const lines = readFileSync(join(folder, 'env'), 'utf8').trim().split('\n');
  const env = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  return { verb: env['CNI_COMMAND'] ?? '', stdin: readFileSync(join(folder, 'stdin'), 'utf8'), env };
}
