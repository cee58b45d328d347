/** The built bundle evaluates nothing of the command line for a runtime, and all of it for a person. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/documents.ts';

const BUNDLE = join(ROOT, 'dist/wincni.cjs');

/** Texts that stand in the modules of the command line only, one for each of its layers. */
const MARKS = {
  'src/cli/commands.ts': 'puts this executable into a CNI bin folder',
  'src/cli/machine.ts': 'kernel32.dll is not loaded',
  'src/node/sync-watch.ts': 'waiting for a file that can be used',
  'src/node/host-restore.ts': 'The next run looks again',
  'src/cli/acl.ts': 'Users read and execute, nobody else',
};

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** How often the innermost function around each mark ran, by V8's own count. */
function counts(args: readonly string[], env: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-coverage-'));
  try {
    const ran = spawnSync(process.execPath, [BUNDLE, ...args], {
      env: { ...env, NODE_V8_COVERAGE: folder },
      input: '{"cniVersion":"1.1.0"}',
      encoding: 'utf8',
    });
    assert.is(ran.status, 0, ran.stderr);
    const ranges = rangesIn(folder);
    const text = readFileSync(BUNDLE, 'utf8');
    return Object.fromEntries(Object.entries(MARKS).map(([file, mark]) => [file, countAt(text.indexOf(mark), ranges)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rangesIn(folder: string): readonly Range[] {
  const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report);
  const script = reports.flatMap(({ result }) => result).find(({ url }) => url.endsWith('/wincni.cjs'));
  return script?.functions.flatMap(({ ranges }) => ranges) ?? [];
}

interface Report {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

function countAt(offset: number, ranges: readonly Range[]): number {
  assert.ok(offset > 0, 'the mark is not in the bundle');
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset);
  const [innermost] = [...around].sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  assert.ok(innermost !== undefined, 'nothing of the bundle was counted');
  return innermost.count;
}

const lazy = suite('the command line in the bundle');

lazy('is not evaluated for a command of a runtime, whatever the arguments', () => {
  const none = Object.fromEntries(Object.keys(MARKS).map((file) => [file, 0]));
  assert.equal(counts([], { CNI_COMMAND: 'VERSION' }), none);
  assert.equal(counts(['install', '--bin-dir', '/nonexistent'], { CNI_COMMAND: 'VERSION' }), none);
});
lazy('is not evaluated without arguments either: what this is stands in main.ts', () => {
  assert.is(counts([], {})['src/cli/commands.ts'], 0);
});
lazy('is evaluated for a person', () => {
  assert.equal(counts(['--help'], {})['src/cli/commands.ts'], 1);
});
lazy.run();
