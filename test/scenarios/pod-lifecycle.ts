/** The scenarios every build of the plugin has to live through; each *.test.ts beside this file runs them on one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SUPPORTED } from '../../src/spec/version.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import type { Plugin } from '../support/plugin.ts';

const web = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const webSecond = { ...web, ifname: 'eth1' };
const db = { containerId: 'd4e5f6', ifname: 'eth0', netns: NAMESPACES[1] };

/** What ADD of the first pod prints on every platform, the path of the state folder and ids aside. */
export const FIRST_RESULT = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'eth0', mac: '00-15-5D-52-C0-00', sandbox: web.netns }],
  ips: [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }],
};

type Story = (machine: Machine) => Promise<void>;

const STORIES: Readonly<Record<string, Story>> = {
  'VERSION answers without touching HNS': async (machine) => {
    const ran = await machine.run('VERSION', web, '{"cniVersion":"1.0.0"}');
    assert.equal([ran.code, ran.out], [0, { cniVersion: '1.0.0', supportedVersions: SUPPORTED }]);
    assert.equal(machine.calls(), []);
  },

  'a pod comes and goes and leaves nothing': async (machine) => {
    const added = await machine.run('ADD', web, machine.conf());
    assert.equal([added.code, added.out], [0, FIRST_RESULT]);
    assert.equal(machine.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${web.netns}`]);
    assert.equal(machine.leases(), ['10.244.3.3']);
    const checked = await machine.run('CHECK', web, machine.conf({ prevResult: added.out }));
    assert.equal([checked.code, checked.text], [0, '']);
    for (let times = 0; times < 2; times++) {
      const deleted = await machine.run('DEL', web, machine.conf());
      assert.equal([deleted.code, deleted.text], [0, '']);
      assert.equal([machine.endpoints(), machine.members(), machine.leases()], [[], [], []]);
    }
    assert.equal(machine.records('attachments'), []);
  },

  'two interfaces of one container and another pod are three attachments': async (machine) => {
    for (const pod of [web, webSecond, db]) assert.is((await machine.run('ADD', pod, machine.conf())).code, 0);
    assert.equal(machine.leases(), ['10.244.3.3', '10.244.3.4', '10.244.3.5']);
    assert.is((await machine.run('DEL', web, machine.conf())).code, 0);
    assert.equal(machine.endpoints(), [
      `a1b2c3_cbr0_eth1 10.244.3.4 ${web.netns}`,
      `d4e5f6_cbr0 10.244.3.5 ${db.netns}`,
    ]);
  },

  'ADD of what exists is an error and changes nothing': async (machine) => {
    await machine.run('ADD', web, machine.conf());
    const before = machine.simulator.hns.dump();
    const again = await machine.run('ADD', web, machine.conf());
    assert.equal([again.code, again.out?.['code']], [1, 103]);
    assert.equal(machine.simulator.hns.dump(), before);
  },

  'STATUS tells whether the network is there, GC keeps what the runtime lists': async (machine) => {
    const node = { containerId: '', ifname: '', netns: '' };
    const conf = (more = {}): unknown => machine.conf({ cniVersion: '1.1.0', ...more });
    for (const pod of [web, webSecond, db]) assert.is((await machine.run('ADD', pod, conf())).code, 0);
    const list = [{ containerID: web.containerId, ifname: 'eth1' }];
    for (const more of [{}, { 'cni.dev/valid-attachments': null }]) {
      const ran = await machine.run('GC', node, conf(more));
      assert.equal([ran.code, ran.text, machine.endpoints().length], [0, '', 3]);
    }
    const collected = await machine.run('GC', node, conf({ 'cni.dev/valid-attachments': list }));
    assert.equal([collected.code, collected.text], [0, '']);
    assert.equal(machine.endpoints(), [`a1b2c3_cbr0_eth1 10.244.3.4 ${web.netns}`]);
    assert.equal([machine.leases(), machine.records('attachments').length], [['10.244.3.4'], 1]);
    const good = await machine.run('STATUS', node, conf());
    assert.equal([good.code, good.text], [0, '']);
    machine.setFaults([{ function: '*', every: true, hresult: 0x800706ba }]);
    const bad = await machine.run('STATUS', node, conf());
    assert.equal([bad.code, bad.out?.['code']], [1, 50]);
  },

  'DEL without CNI_NETNS, and after the namespace is gone, frees everything': async (machine) => {
    await machine.run('ADD', web, machine.conf());
    const { containerId, ifname } = web;
    assert.is((await machine.run('DEL', { containerId, ifname }, machine.conf())).code, 0);
    await machine.run('ADD', db, machine.conf());
    await machine.simulator.call({ function: 'HcnDeleteNamespace', args: { id: db.netns } });
    assert.is((await machine.run('DEL', { ...db, netns: '' }, machine.conf())).code, 0);
    assert.equal([machine.endpoints(), machine.members(), machine.leases()], [[], [], []]);
  },

  'the ordinary calls stay within budget': async (machine) => {
    const calls = async (verb: string, conf: unknown): Promise<number> => {
      machine.simulator.dispatcher.clearTrace();
      await machine.run(verb, web, conf);
      return machine.calls().length;
    };
    const add = await calls('ADD', machine.conf());
    const check = await calls('CHECK', machine.conf({ prevResult: FIRST_RESULT }));
    const del = await calls('DEL', machine.conf());
    const status = await calls('STATUS', machine.conf({ cniVersion: '1.1.0' }));
    const gc = await calls('GC', machine.conf({ cniVersion: '1.1.0' }));
    assert.ok(status <= 3 && gc <= 3, `STATUS ${status}, GC ${gc}`);
    assert.ok(add <= 8 && check <= 5 && del <= 4, `ADD ${add}, CHECK ${check}, DEL ${del}`);
  },

  'a hung HNS is given up, and what it does later is found and removed': async (machine) => {
    const conf = machine.conf({ timeoutSeconds: 1, tombstoneSeconds: 0 });
    machine.simulator.dispatcher.faults.set([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    const added = await machine.run('ADD', web, conf);
    assert.equal([added.code, added.out?.['code']], [1, 11]);
    const deleted = await machine.run('DEL', web, machine.conf({ tombstoneSeconds: 600 }));
    assert.is(deleted.code, 0, deleted.text);
    assert.equal([machine.leases(), machine.records('tombstones').length], [['10.244.3.3'], 1]);
    assert.is(machine.simulator.dispatcher.releaseHeld(), 1);
    assert.equal(machine.endpoints(), ['a1b2c3_cbr0 10.244.3.3 -']);
    assert.is((await machine.run('DEL', db, conf)).code, 0);
    assert.equal([machine.endpoints(), machine.leases(), machine.records('tombstones')], [[], [], []]);
  },

  'a caller killed around the creation leaves what DEL and one sweep end': async (machine) => {
    for (const when of ['before', 'after'] as const) {
      machine.simulator.dispatcher.faults.set([{ function: 'HcnCreateEndpoint', action: 'kill', when }]);
      const added = await machine.run('ADD', web, machine.conf());
      assert.is.not(added.code, 0);
      assert.is(added.text, '');
      const conf = machine.conf({ tombstoneSeconds: 0 });
      assert.is((await machine.run('DEL', web, conf)).code, 0);
      assert.is((await machine.run('DEL', db, conf)).code, 0);
      assert.equal([machine.endpoints(), machine.leases(), machine.records('tombstones')], [[], [], []]);
    }
  },

  'HNS down is one error, and nothing is left': async (machine) => {
    machine.simulator.dispatcher.faults.set([{ function: '*', every: true, hresult: '0x800706BA' }]);
    const added = await machine.run('ADD', web, machine.conf());
    assert.equal([added.code, added.out?.['code']], [1, 11]);
    assert.equal([machine.leases(), machine.records('attachments')], [[], []]);
  },

  'a configuration in UTF-16 with BOM, as PowerShell writes it, is read': async (machine) => {
    const stdin = Buffer.from(`\ufeff${JSON.stringify(machine.conf())}`, 'utf16le');
    assert.is((await machine.run('ADD', web, stdin)).code, 0);
  },
};

/** Runs every story on a node of its own; no process that ended normally may leave a handle or a string behind. */
export function podLifecycle(title: string, start: () => Promise<Plugin> | Plugin): void {
  const scenarios = suite<{ plugin: Plugin }>(`pod lifecycle: ${title}`);
  scenarios.before(async (context) => {
    context.plugin = await start();
  });
  scenarios.after(async ({ plugin }) => {
    await plugin.remove();
  });
  for (const [name, story] of Object.entries(STORIES)) {
    scenarios(name, async ({ plugin }) => {
      const machine = await createMachine(plugin);
      try {
        await story(machine);
        assert.equal(await machine.leftovers(), []);
      } finally {
        await machine.end();
      }
    });
  }
  scenarios.run();
}
