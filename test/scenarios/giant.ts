/** Input that is too much: one error, and no more memory for it than for anything else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LIMIT_MEGABYTES } from '../fuzz/judge.ts';
import { NAMESPACES } from '../support/node.ts';
import type { Plugin } from '../support/plugin.ts';
import { watchUsage } from '../support/program-usage.ts';

const MIB = 1024 * 1024;
const ENV = {
  ...{ CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'a1b2c3', CNI_IFNAME: 'eth0', CNI_NETNS: NAMESPACES[0] },
  CNI_PATH: '/opt/cni/bin',
};
const conf = (more: string): string => `{"cniVersion":"1.0.0","name":"cbr0","type":"win-bridge","x":${more}}`;
const filled = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));

const LONGER = { code: 6, msg: /it is longer than 1048576 bytes$/ };
const DEEPER = { code: 6, msg: /more than 100 levels deep$/ };
const REFUSED = { code: 7, msg: /^Cannot use ipam/ };
const INPUTS: readonly (readonly [name: string, stdin: string, wanted: { code: number; msg: RegExp }])[] = [
  ['40 MiB in one text', conf(`"${filled('x', 40 * MIB)}"`), LONGER],
  ['40 MiB of brackets', filled('[', 40 * MIB), LONGER],
  ['40 MiB without any JSON', filled('\u0000', 40 * MIB), LONGER],
  ['lists 100,000 levels deep', conf(`${filled('[', 100_000)}${filled(']', 100_000)}`), DEEPER],
  ['objects 100,000 levels deep', conf(`${filled('{"":', 400_000)}0${filled('}', 100_000)}`), DEEPER],
  ['1 MiB of empty objects', conf(`[${filled('{},', MIB - 200)}{}]`).replace('"x"', '"ipam"'), REFUSED],
  ['1 MiB of keys', conf('0').replace('"x":0', `${filled('"k":0,', MIB - 200)}"ipam":5`), REFUSED],
];

export function giantTests(name: string, open: () => Plugin | Promise<Plugin>): void {
  const giant = suite<{ plugin: Plugin }>(`what is too much for ${name}`);
  giant.before(async (context) => {
    context.plugin = await open();
  });
  giant.after(({ plugin }) => plugin.remove());
  for (const [what, stdin, wanted] of INPUTS) {
    giant(`${what} on stdin: one error, at most ${LIMIT_MEGABYTES} MB`, async ({ plugin }) => {
      const usage = watchUsage(plugin.exe);
      const { code, stdout } = await plugin.run(ENV, stdin);
      const { megabytes } = usage.end();
      assert.is(code, 1, stdout);
      const error = JSON.parse(stdout) as { readonly code: number; readonly msg: string };
      assert.is(error.code, wanted.code, stdout);
      assert.match(error.msg, wanted.msg);
      assert.ok(megabytes > 0 && megabytes <= LIMIT_MEGABYTES, `${Math.round(megabytes)} MB`);
    });
  }
  giant.run();
}
