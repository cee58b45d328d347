/** host-local as an executable of its own: what each verb prints, and what is on disk afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Reservation } from '../../src/ipam/lease.ts';
import { Code } from '../../src/spec/error.ts';
import { tree } from '../support/disk.ts';
import { hostLocal, portsOf, type Said } from '../support/host-local.ts';
import { holder, range, request, reserved, storeIn, texts } from '../support/ipam.ts';

interface Here {
  folder: string;
  /** The verb for the nth pod; more of the environment and of the `ipam` section. */
  run: (
    verb: string,
    n: number,
    more?: { readonly env?: object; readonly ipam?: object; readonly conf?: object },
  ) => Promise<Said>;
}

const peer = suite<Here>('host-local');

const RANGE = { subnet: '10.1.0.0/24', rangeStart: '10.1.0.10', rangeEnd: '10.1.0.12' };

peer.before.each((context) => {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-host-local-'));
  const ports = portsOf({ defaultDataDir: folder });
  context.folder = folder;
  context.run = (verb, n, { env = {}, ipam = {}, conf = {} } = {}) =>
    hostLocal(
      ports,
      {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: `pod${n}`,
        CNI_IFNAME: 'eth0',
        CNI_NETNS: 'none',
        CNI_PATH: '/bin',
        ...env,
      },
      {
        cniVersion: '1.1.0',
        name: 'net',
        type: 'bridge',
        ipam: { type: 'host-local', ranges: [[RANGE]], ...ipam },
        ...conf,
      },
    );
});
peer.after.each(({ folder }) => {
  rmSync(folder, { recursive: true });
});

/** The one address that was given. */
function given({ exitCode, out }: Said): string {
  assert.is(exitCode, 0, JSON.stringify(out));
  const { ips } = out as { readonly ips: readonly { readonly address: string }[] };
  return ips.map(({ address }) => address).join(' ');
}

function refused({ exitCode, out }: Said, code: Code, message: RegExp): void {
  assert.is(exitCode, 1, JSON.stringify(out));
  const { code: found, msg } = out as { readonly code: number; readonly msg: string };
  assert.is(found, code, msg);
  assert.match(msg, message);
}

const addresses = (folder: string): readonly string[] =>
  Object.keys(tree(folder))
    .filter((path) => /\/[0-9a-f.:]+$/.test(path))
    .sort();

const lastOf = (folder: string, set: number): string | undefined => tree(folder)[`net/last_reserved_ip.${set}`];

peer('ADD gives addresses in a round, DEL frees them, and both make no record of ours', async ({ run, folder }) => {
  assert.is(given(await run('ADD', 1)), '10.1.0.10/24');
  assert.is(given(await run('ADD', 2)), '10.1.0.11/24');
  assert.equal(await run('CHECK', 1), { exitCode: 0, out: undefined });
  assert.equal(await run('DEL', 1), { exitCode: 0, out: undefined });
  assert.equal(await run('DEL', 1), { exitCode: 0, out: undefined });
  refused(await run('CHECK', 1), Code.CheckFailed, /^Cannot confirm "eth0" of container "pod1": it has no address$/);
  assert.is(given(await run('ADD', 1)), '10.1.0.12/24');
  assert.is(given(await run('ADD', 3)), '10.1.0.10/24');
  assert.equal(tree(folder), {
    'net/10.1.0.10': 'pod3\r\neth0',
    'net/10.1.0.11': 'pod2\r\neth0',
    'net/10.1.0.12': 'pod1\r\neth0',
    'net/last_reserved_ip.0': '10.1.0.10',
    'net/lock': '',
  });
  refused(await run('ADD', 4), Code.AddressesExhausted, /3 of 3 addresses are used, none is free$/);
});
peer('any namespace is fine, none is not', async ({ run }) => {
  for (const [n, netns] of ['none', 'container:abc', '/var/run/netns/x'].entries()) {
    assert.is(given(await run('ADD', n, { env: { CNI_NETNS: netns } })), `10.1.0.1${n}/24`);
  }
  refused(await run('ADD', 9, { env: { CNI_NETNS: '' } }), Code.InvalidEnvironment, /CNI_NETNS not set/);
  assert.is((await run('DEL', 1, { env: { CNI_NETNS: '' } })).exitCode, 0);
});
peer('the result has gateways, routes as they are, and DNS', async ({ run, folder }) => {
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, 'nameserver 10.96.0.10\nsearch a.org\n');
  const ipam = {
    resolvConf: file,
    routes: [{ dst: '0.0.0.0/0' }, { dst: '10.9.0.0/16', gw: '10.1.0.5', mtu: 1400, priority: 0 }, { GW: '10.1.0.6' }],
  };
  assert.equal(await run('ADD', 1, { ipam }), {
    exitCode: 0,
    out: {
      cniVersion: '1.1.0',
      ips: [{ address: '10.1.0.10/24', gateway: '10.1.0.1' }],
      routes: [
        { dst: '0.0.0.0/0' },
        { dst: '10.9.0.0/16', gw: '10.1.0.5', mtu: 1400, priority: 0 },
        { dst: '0.0.0.0/0', gw: '10.1.0.6' },
      ],
      dns: { nameservers: ['10.96.0.10'], search: ['a.org'] },
    },
  });
  refused(await run('ADD', 2, { ipam: { resolvConf: `${file}x` } }), Code.InvalidConfig, /ipam\.resolvConf/);
  refused(
    await run('ADD', 2, { ipam: { routes: [{ dst: '0.0.0.0/0', mtu: 'x' }] } }),
    Code.InvalidConfig,
    /routes\[0\]\.mtu/,
  );
  assert.equal(addresses(folder), ['net/10.1.0.10']);
});
peer('a set of several ranges is tried in order; another set gives an address of its own', async ({ run, folder }) => {
  const ranges = [
    [
      { ...RANGE, rangeEnd: '10.1.0.10' },
      { subnet: '10.2.0.0/16', rangeEnd: '10.2.0.2' },
    ],
    [{ subnet: 'fd00::/64' }],
  ];
  assert.is(given(await run('ADD', 1, { ipam: { ranges } })), '10.1.0.10/24 fd00::2/64');
  assert.is(given(await run('ADD', 2, { ipam: { ranges } })), '10.2.0.2/16 fd00::3/64');
  const before = addresses(folder);
  refused(await run('ADD', 3, { ipam: { ranges } }), Code.AddressesExhausted, /2 of 2/);
  assert.equal(addresses(folder), before);
  assert.is((await run('DEL', 1, { ipam: { ranges: 'broken' } })).exitCode, 0);
  assert.equal(addresses(folder), ['net/10.2.0.2', 'net/fd00::3']);
});
peer(
  'a set that has nothing frees what the others would have given, whose rounds have moved on',
  async ({ run, folder }) => {
    const full = { subnet: 'fd00::/64', rangeStart: 'fd00::10', rangeEnd: 'fd00::10' };
    const ranges = [[{ subnet: '10.1.0.0/24' }], [full]];
    assert.is(given(await run('ADD', 1, { ipam: { ranges } })), '10.1.0.2/24 fd00::10/64');
    refused(await run('ADD', 2, { ipam: { ranges } }), Code.AddressesExhausted, /1 of 1/);
    assert.equal(addresses(folder), ['net/10.1.0.2', 'net/fd00::10']);
    assert.is(tree(folder)['net/last_reserved_ip.0'], '10.1.0.3');
  },
);
peer('an address asked for is given or refused', async ({ run, folder }) => {
  const env = (args: string): { env: object } => ({ env: { CNI_ARGS: args } });
  assert.is(given(await run('ADD', 1, env('IP=10.1.0.12'))), '10.1.0.12/24');
  refused(
    await run('ADD', 2, env('IP=10.1.0.12')),
    Code.Ipam,
    /10\.1\.0\.12 was asked for, but another container has it$/,
  );
  refused(
    await run('ADD', 2, env('IP=10.9.0.1')),
    Code.InvalidEnvironment,
    /expected an address of one of the ranges$/,
  );
  const ipam = { ranges: [[{ ...RANGE, gateway: '10.1.0.11' }]] };
  refused(
    await run('ADD', 2, { ...env('IP=10.1.0.11'), ipam }),
    Code.InvalidEnvironment,
    /not the gateway of its range$/,
  );
  // What fits no set lets every round move on, a gateway those before its own.
  const ranges = [[RANGE], [{ subnet: 'fd00::/64' }]];
  const both = { ...env('IP=fd00::1'), ipam: { ranges } };
  refused(await run('ADD', 2, both), Code.InvalidEnvironment, /not the gateway of its range$/);
  assert.equal([lastOf(folder, 0), lastOf(folder, 1)], ['10.1.0.11', undefined]);
  refused(await run('ADD', 2, env('GATEWAY=10.1.0.1')), Code.InvalidEnvironment, /mean nothing to host-local/);
  refused(await run('ADD', 2, env('MAC=00-15-5D-00-00-01')), Code.InvalidEnvironment, /mean nothing to host-local/);
  assert.equal(addresses(folder), ['net/10.1.0.12']);
  assert.is(given(await run('ADD', 2, env('IgnoreUnknown=1;GATEWAY=10.1.0.1;X=1;IP=10.1.0.10'))), '10.1.0.10/24');
});
peer('an interface has one address of a set, also where it asks for another', async ({ run }) => {
  assert.is(given(await run('ADD', 1)), '10.1.0.10/24');
  refused(await run('ADD', 1), Code.AttachmentExists, /it has 10\.1\.0\.10 already$/);
  refused(
    await run('ADD', 1, { env: { CNI_ARGS: 'IP=10.1.0.12' } }),
    Code.AttachmentExists,
    /it has 10\.1\.0\.10 already$/,
  );
  assert.is(given(await run('ADD', 1, { env: { CNI_IFNAME: 'eth1' } })), '10.1.0.11/24');
});
peer('files of versions that knew no interface are leases, too', async ({ run, folder }) => {
  mkdirSync(join(folder, 'net'));
  writeFileSync(join(folder, 'net', '10.1.0.10'), 'pod1');
  writeFileSync(join(folder, 'net', '10.1.0.11'), 'pod2\n');
  refused(await run('ADD', 1), Code.AttachmentExists, /it has 10\.1\.0\.10 already$/);
  assert.is((await run('CHECK', 1)).exitCode, 0);
  assert.is((await run('DEL', 1)).exitCode, 0);
  const valid = [{ containerID: 'pod2', ifname: 'eth0' }];
  assert.is((await run('GC', 0, { conf: { 'cni.dev/valid-attachments': valid } })).exitCode, 0);
  assert.equal(addresses(folder), ['net/10.1.0.11']);
});
peer(
  'GC leaves what is on the list, everything where there is none, and no pieces of files',
  async ({ run, folder }) => {
    for (const n of [1, 2]) assert.is((await run('ADD', n)).exitCode, 0);
    assert.is((await run('ADD', 1, { env: { CNI_IFNAME: 'eth1' } })).exitCode, 0);
    const all = tree(folder);
    assert.equal(await run('GC', 0), { exitCode: 0, out: undefined });
    assert.equal(tree(folder), all);
    writeFileSync(join(folder, 'net', '10.1.0.99.tmp'), 'pod');
    const valid = [
      { containerID: 'pod1', ifname: 'eth1' },
      { containerID: 'pod9', ifname: 'eth0' },
    ];
    assert.is((await run('GC', 0, { conf: { 'cni.dev/valid-attachments': valid } })).exitCode, 0);
    assert.equal(addresses(folder), ['net/10.1.0.12']);
    assert.is(tree(folder)['net/10.1.0.99.tmp'], undefined);
    assert.is((await run('GC', 0, { conf: { 'cni.dev/valid-attachments': [] } })).exitCode, 0);
    assert.equal(addresses(folder), []);
    refused(
      await run('GC', 0, { conf: { 'cni.dev/valid-attachments': [{}] } }),
      Code.InvalidConfig,
      /valid-attachments\[0\]\.containerID/,
    );
  },
);
peer('STATUS is 50 when a set is full, or ADD could not read its configuration', async ({ run }) => {
  assert.equal(await run('STATUS', 0), { exitCode: 0, out: undefined });
  for (const n of [1, 2, 3]) assert.is((await run('ADD', n)).exitCode, 0);
  refused(await run('STATUS', 0), Code.NotAvailable, /^Cannot give an address: 3 of 3 are used, none is free$/);
  const other = { ranges: [[{ subnet: '10.9.0.0/24' }], [RANGE]] };
  refused(await run('STATUS', 0, { ipam: other }), Code.NotAvailable, /3 of 3/);
  refused(await run('STATUS', 0, { ipam: { ranges: 5 } }), Code.NotAvailable, /^Cannot use ipam\.ranges: it is 5/);
  refused(
    await run('STATUS', 0, { ipam: { resolvConf: '/nosuch' } }),
    Code.NotAvailable,
    /^Cannot use ipam\.resolvConf/,
  );
  await run('DEL', 2);
  assert.is((await run('STATUS', 0)).exitCode, 0);
});
peer('verbs of a network that has no folder make none', async ({ run, folder }) => {
  for (const verb of ['DEL', 'GC', 'STATUS']) assert.is((await run(verb, 1)).exitCode, 0, verb);
  refused(await run('CHECK', 1), Code.CheckFailed, /it has no address/);
  refused(await run('ADD', 1, { ipam: { ranges: [] } }), Code.InvalidConfig, /ipam\.ranges/);
  assert.equal(tree(folder), {});
});
peer('what is wrong with the configuration is named by its path', async ({ run }) => {
  for (const verb of ['ADD', 'DEL', 'CHECK', 'GC']) {
    refused(await run(verb, 1, { conf: { ipam: undefined } }), Code.InvalidConfig, /^Cannot use ipam: it is absent/);
    refused(await run(verb, 1, { ipam: { dataDir: 'x' } }), Code.InvalidConfig, /^Cannot use ipam\.dataDir/);
  }
  refused(await run('ADD', 1, { conf: { name: '..' } }), Code.InvalidConfig, /^Cannot use name/);
  const two = { ranges: [[RANGE], [{ subnet: '10.2.0.0/24' }]] };
  refused(
    await run('ADD', 1, { ipam: two, conf: { cniVersion: '0.2.0' } }),
    Code.InvalidConfig,
    /one address of each family/,
  );
  refused(await run('CHECK', 1, { conf: { cniVersion: '0.3.1' } }), Code.IncompatibleVersion, /has no CHECK/);
});
peer('many at once are given different addresses', async ({ run, folder }) => {
  const ipam = { ranges: [[{ subnet: '10.3.0.0/24' }], [{ subnet: 'fd00::/64' }]] };
  const pods = Array.from({ length: 40 }, (_, n) => n);
  const all = await Promise.all(pods.map(async (n) => given(await run('ADD', n, { ipam }))));
  assert.is(new Set(all.flatMap((each) => each.split(' '))).size, 80);
  assert.is(addresses(folder).length, 80);
  await Promise.all(pods.map((n) => run('DEL', n, { ipam })));
  assert.equal(addresses(folder), []);
});
peer('takes turns with the leases of a network plugin in one folder', async ({ run, folder }) => {
  const subnet = range('10.1.0.0/24', '10.1.0.10', '10.1.0.12');
  const store = storeIn(folder, { ranges: [subnet] });
  const own = (n: number): Promise<Reservation> => store.reserve(request(holder(n)));
  assert.equal(texts(reserved(await own(1))), ['10.1.0.10']);
  assert.is(given(await run('ADD', 2)), '10.1.0.11/24');
  assert.is((await own(2)).kind, 'foreign');
  refused(await run('ADD', 1), Code.AttachmentExists, /it has 10\.1\.0\.10 already$/);
  assert.equal(texts(reserved(await own(3))), ['10.1.0.12']);
  assert.is((await own(4)).kind, 'full');
  refused(await run('ADD', 4), Code.AddressesExhausted, /3 of 3/);
  // Each releases what the other reserved.
  await store.release(holder(2));
  assert.is((await run('DEL', 1)).exitCode, 0);
  assert.is(await store.find(holder(1).key), undefined);
  assert.is(given(await run('ADD', 4)), '10.1.0.10/24');
  assert.equal(texts(reserved(await own(1))), ['10.1.0.11']);
  for (const n of [1, 2, 3, 4]) await store.release(holder(n));
  assert.equal(Object.keys(tree(folder)).sort(), ['net/last_reserved_ip.0', 'net/lock']);
});

peer.run();
