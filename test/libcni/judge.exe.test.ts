/** What the Linux executable prints, in every version it speaks, is read and converted by libcni without a loss. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NEWEST, SUPPORTED } from '../../src/spec/version.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES, type Pod } from '../support/node.ts';
import { linuxExecutable, type Plugin } from '../support/plugin.ts';
import { type Printed, verdicts } from './programs.ts';

const judged = suite<{ plugin: Plugin; machine: Machine }>('libcni judges dist/wincni');

const web: Pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const webSecond: Pod = { ...web, ifname: 'eth1' };
const db: Pod = { containerId: 'd4e5f6', ifname: 'eth0', netns: NAMESPACES[1] };

judged.before((context) => {
  context.plugin = linuxExecutable();
});
judged.after(({ plugin }) => plugin.remove());
judged.before.each(async (context) => {
  context.machine = await createMachine(context.plugin);
});
judged.after.each(({ machine }) => machine.end());

/** Fails with the verdict and the output it is about. */
async function assertTaken(printed: readonly Printed[]): Promise<void> {
  const given = await verdicts(printed);
  assert.equal(
    printed.map(({ stdout }, index) => [stdout, given[index]]),
    printed.map(({ stdout }) => [stdout, 'ok']),
  );
}

for (const version of SUPPORTED) {
  judged(`results of ADD in ${version}`, async ({ machine }) => {
    const add = async (pod: Pod, more: Readonly<Record<string, unknown>>): Promise<Printed> => {
      const ran = await machine.run('ADD', pod, machine.conf({ cniVersion: version, ...more }));
      assert.is(ran.code, 0, ran.text);
      return { kind: 'result', version, stdout: ran.text };
    };
    const plain = await add(web, {});
    const chained = await add(webSecond, { prevResult: JSON.parse(plain.stdout) as unknown });
    const rich = await add(db, withDnsAndRoutes(machine));
    await assertTaken([plain, chained, rich]);
    for (const address of ['10.244.3.3/24', '10.244.3.5/24', '192.168.0.0/16', '10.96.0.99', 'ndots:5']) {
      assert.match([plain, rich].map(({ stdout }) => stdout).join(''), `"${address}"`);
    }
  });

  judged(`errors of ADD in ${version}`, async ({ machine }) => {
    const refused = async (more: Readonly<Record<string, unknown>>): Promise<Printed> => {
      const ran = await machine.run('ADD', web, machine.conf({ cniVersion: version, ...more }));
      assert.is(ran.code, 1, ran.text);
      return { kind: 'error', version, stdout: ran.text };
    };
    const noNetwork = await refused({ name: 'cbr9' });
    const badConfig = await refused({ policies: 1 });
    assert.is((await machine.run('ADD', web, machine.conf({ cniVersion: version }))).code, 0);
    const exists = await refused({});
    machine.setFaults([{ function: '*', every: true, hresult: '0x800706BA' }]);
    await assertTaken([noNetwork, badConfig, exists, await refused({})]);
  });
}

judged('errors before the configuration is read', async ({ machine }) => {
  const stated = '0.4.0';
  const outputs = [
    await machine.run('ADD', { ...web, containerId: '' }, machine.conf({ cniVersion: stated })),
    await machine.run('FLY', web, machine.conf({ cniVersion: stated })),
    await machine.run('ADD', web, '{'),
    await machine.run('ADD', web, machine.conf({ cniVersion: '9.9.9' })),
  ];
  assert.equal(
    outputs.map(({ out }) => out?.['code']),
    [4, 4, 6, 1],
  );
  // In the version that stdin states, and in the newest where it states none that can be spoken.
  const versions = [stated, stated, NEWEST, NEWEST];
  await assertTaken(outputs.map(({ text }, at) => ({ kind: 'error', version: versions[at] ?? '', stdout: text })));
});

judged('the answer to VERSION', async ({ machine }) => {
  const answers = SUPPORTED.map(async (version): Promise<Printed> => {
    const { text } = await machine.run('VERSION', web, JSON.stringify({ cniVersion: version }));
    return { kind: 'version', version, stdout: text };
  });
  await assertTaken(await Promise.all(answers));
});

judged('what is wrong is not taken', async () => {
  const ips = [{ address: '10.244.3.3/24' }];
  const wrong: readonly (readonly [Printed['kind'], string, unknown])[] = [
    ['result', '0.2.0', { cniVersion: '0.2.0', ips }],
    ['result', '0.4.0', { cniVersion: '0.4.0', ips }],
    ['result', '1.0.0', { cniVersion: '0.4.0', ips: [{ version: '4', ...ips[0] }] }],
    ['result', '1.0.0', { cniVersion: '1.0.0', ips: [{ version: '4', ...ips[0] }] }],
    ['result', '1.0.0', { cniVersion: '1.0.0', ips: [{ address: '10.244.3.3' }] }],
    ['result', '1.0.0', { ips }],
    ['result', '1.0.0', null],
    ['error', '1.0.0', { cniVersion: '1.1.0', code: 7, msg: 'no' }],
    ['error', '1.0.0', { cniVersion: '1.0.0', code: '7', msg: 'no' }],
    ['error', '1.0.0', { cniVersion: '1.0.0', code: 7 }],
    ['version', '1.0.0', { cniVersion: '1.0.0' }],
    ['version', '1.1.0', { cniVersion: '1.1.0', supportedVersions: ['1.0.0'] }],
  ];
  const printed = wrong.map(([kind, version, value]) => ({ kind, version, stdout: JSON.stringify(value) }));
  const given = await verdicts([...printed, { kind: 'result', version: '1.0.0', stdout: '' }]);
  assert.equal([given.length, given.filter((verdict) => verdict === 'ok')], [wrong.length + 1, []]);
});

const withDnsAndRoutes = (machine: Machine): Readonly<Record<string, unknown>> => ({
  ipam: {
    ...(machine.conf()['ipam'] as object),
    routes: [{ dst: '192.168.0.0/16', gw: '10.244.3.2' }, { dst: '172.16.0.0/12' }],
  },
  dns: { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'], options: ['ndots:5'] },
  runtimeConfig: { dns: { Servers: ['10.96.0.99'] } },
});

judged.run();
