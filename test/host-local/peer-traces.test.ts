/** Every recorded step of host-local replayed on ours: what is printed, and every file that is there afterwards. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder, tree } from '../support/disk.ts';
import { hostLocal, portsOf, type Said } from '../support/host-local.ts';

interface Step {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: unknown;
  readonly exitCode: number;
  readonly stdout: unknown;
  readonly stateAfter: { readonly files: Readonly<Record<string, string | null>> };
}

const FOLDER = new URL('../fixtures/peer-traces/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.startsWith('host-local-'));
const stepsOf = (name: string): readonly Step[] =>
  (JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { readonly steps: readonly Step[] }).steps;

interface Difference {
  readonly why: string;
  readonly exitCode: 0 | 1;
  readonly out: unknown;
  /** Where files differ, too: those that are there. */
  readonly files?: Readonly<Record<string, string>>;
}

const HOLDER = '8d3f5a0b6f1e4c1f9a52c7de10b3a4e97c6f0a1b2c3d4e5f60718293a4b5c6d7\r\neth0';

/** What differs on purpose, by file and number of the step. */
const DIFFERENT: Readonly<Record<string, Difference>> = {
  'host-local-verbs.json 0': {
    why: 'cniVersion is the one given on input (SPEC.md 1.1.0 section 5 "Version")',
    exitCode: 0,
    out: { cniVersion: '1.0.0', supportedVersions: ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] },
  },
  'host-local-requested-two-sets.json 0': {
    why: 'IP is a list, as static has it and CONVENTIONS.md for the other places: one address for each of the sets',
    exitCode: 0,
    out: {
      cniVersion: '1.0.0',
      ips: [
        { address: '10.1.0.20/24', gateway: '10.1.0.1' },
        { address: '10.2.0.20/24', gateway: '10.2.0.1' },
      ],
    },
    files: {
      'ipam/podnet/10.1.0.20': HOLDER,
      'ipam/podnet/10.2.0.20': HOLDER,
      'ipam/podnet/last_reserved_ip.0': '10.1.0.20',
      'ipam/podnet/last_reserved_ip.1': '10.2.0.20',
      'ipam/podnet/lock': '',
    },
  },
};

const replay = suite('host-local as recorded');

replay('there are recordings, and each difference is of one of their steps', () => {
  assert.is(NAMES.length, 20);
  for (const key of Object.keys(DIFFERENT)) {
    const [name = '', step = ''] = key.split(' ');
    assert.ok(NAMES.includes(name) && stepsOf(name)[Number(step)] !== undefined, key);
  }
});
for (const name of NAMES) {
  replay(name, () =>
    inFolder(async (outer) => {
      const folder = join(outer, 'drive-c');
      mkdirSync(folder);
      const ports = portsOf({ defaultDataDir: join(folder, 'var/lib/cni/networks'), windows: true });
      // A file that is there, without a line that resolv.conf knows.
      const hosts = join(outer, 'hosts');
      writeFileSync(hosts, '127.0.0.1 localhost\n');
      for (const [index, step] of stepsOf(name).entries()) {
        const stdin = JSON.stringify(step.stdin)
          .replaceAll('C:\\\\ipam', join(folder, 'ipam'))
          .replaceAll('Z:\\\\etc\\\\hosts', hosts);
        const difference = DIFFERENT[`${name} ${index}`];
        const said = await hostLocal(ports, step.env, stdin);
        const where = `step ${index}${difference === undefined ? '' : `, different: ${difference.why}`}`;
        assert.equal(printed(said), expected(step, difference), where);
        assert.equal(tree(folder), difference?.files ?? filesAfter(step), where);
      }
    }),
  );
}

/** An error counts by the exit code alone: texts and codes are ours. */
function printed({ exitCode, out }: Said): unknown {
  return exitCode === 0 ? { exitCode, out: out ?? '' } : { exitCode };
}

function expected(step: Step, difference: Difference | undefined): unknown {
  if (difference !== undefined) return { exitCode: difference.exitCode, out: difference.out };
  return step.exitCode === 0 ? { exitCode: 0, out: step.stdout } : { exitCode: 1 };
}

const filesAfter = ({ stateAfter }: Step): Record<string, string> =>
  Object.fromEntries(
    Object.entries(stateAfter.files).flatMap(([path, content]) => (content === null ? [] : [[path, content]])),
  );

replay.run();
