/** Two processes on one node, one of them stopped between two of its steps: no address is free while an endpoint has it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LeaseStore } from '../../src/ipam/lease.ts';
import { Code } from '../../src/spec/error.ts';
import { createTestNode, type Ran, SEED, type TestNode } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, onNode, operator, POD } from '../support/pods.ts';

const QUICK = { timeoutSeconds: 0.2, tombstoneSeconds: 60 };
const MINUTE = 60_000;

const races = suite('races');

/** What happens in the middle of another process's step, once. */
type Between = (leases: LeaseStore) => Promise<unknown>;

interface Stage {
  readonly node: TestNode;
  /** From now on: what happens when any process comes to this step. */
  readonly at: (step: 'beforeExpire' | 'afterClaim' | 'afterReserve', happens: Between) => void;
}

const onStage = (use: (stage: Stage) => Promise<void>) => async (): Promise<void> => {
  const pending = new Map<string, Between>();
  const happen = async (step: string, leases: LeaseStore): Promise<void> => {
    const happens = pending.get(step);
    pending.delete(step);
    await happens?.(leases);
  };
  const node = createTestNode(SEED, (leases) => ({
    ...leases,
    claim: async (key) => {
      const isMine = await leases.claim(key);
      await happen('afterClaim', leases);
      return isMine;
    },
    expire: async (key, olderThanMs) => {
      await happen('beforeExpire', leases);
      return leases.expire(key, olderThanMs);
    },
    reserve: async (request) => {
      const reservation = await leases.reserve(request);
      await happen('afterReserve', leases);
      return reservation;
    },
  }));
  try {
    await use({ node, at: (step, happens) => pending.set(step, happens) });
  } finally {
    node.end();
  }
};

/** A tombstone: ADD gave up on the creation of the endpoint, DEL found none. */
async function buried(node: TestNode): Promise<void> {
  node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
  await fails(node.run('ADD', POD, node.conf(QUICK)), Code.TryAgainLater, /^Cannot create endpoint /);
  node.setFaults([]);
  await must(node.run('DEL', POD, node.conf(QUICK)));
}

/** Any command of another container sweeps. */
const anyCommand = (node: TestNode): Promise<unknown> =>
  must(node.run('DEL', { containerId: 'nobody', ifname: 'eth0' }, node.conf(QUICK)));

races(
  'a sweep that is about to delete a late endpoint does not delete what the next ADD made under its id',
  onStage(async ({ node, at }) => {
    await buried(node);
    node.releaseHeld();
    let again: Ran | undefined;
    at('afterClaim', async () => {
      again = await node.run('ADD', POD, node.conf(QUICK));
    });
    await anyCommand(node);
    assert.match(again?.text ?? '', /HNS may still carry out a call of an earlier ADD/);
    nothingLeft(node);
    await must(node.run('ADD', POD, node.conf(QUICK)));
  }),
);
races(
  'DEL leaves a tombstone to the sweep that has claimed it',
  onStage(async ({ node, at }) => {
    await buried(node);
    node.releaseHeld();
    at('afterClaim', async () => {
      await must(node.run('DEL', POD, node.conf(QUICK)));
      assert.equal([node.endpoints(), node.records('tombstones').length], [[], 1]);
    });
    await anyCommand(node);
    nothingLeft(node);
  }),
);
races(
  'a sweep that found no endpoint frees nothing that another sweep has found one for since',
  onStage(async ({ node, at }) => {
    await buried(node);
    node.pass(MINUTE);
    at('beforeExpire', async (leases) => {
      node.releaseHeld();
      const [late] = await leases.tombstones(1);
      assert.is(await leases.claim(late?.key ?? ''), true);
    });
    await anyCommand(node);
    assert.equal([node.endpoints().length, node.leases()], [1, ['10.244.3.3']]);
    node.pass(MINUTE);
    await anyCommand(node);
    nothingLeft(node);
  }),
);
races(
  'a late endpoint that HNS calls missing and still has keeps its address',
  onNode(async (node) => {
    await buried(node);
    node.releaseHeld();
    node.setFaults([{ function: 'HcnDeleteEndpoint', hresult: 0x803b0002 }]);
    await anyCommand(node);
    assert.equal([node.endpoints().length, node.leases()], [1, ['10.244.3.3']]);
    node.pass(MINUTE);
    await anyCommand(node);
    nothingLeft(node);
  }),
);
races(
  'an endpoint of our own id that appears during ADD, and cannot be deleted, keeps the address it has',
  onStage(async ({ node, at }) => {
    at('afterReserve', () => {
      const late = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.3' }] };
      operator(node).createEndpoint(late, { id: idOf(POD) });
      node.setFaults([{ function: 'HcnDeleteEndpoint', every: true, hresult: 0x80070005 }]);
      return Promise.resolve();
    });
    await fails(node.run('ADD', POD, node.conf(QUICK)), Code.Hns, /0x80070005/);
    assert.equal([node.endpoints().length, node.leases()], [1, ['10.244.3.3']]);
    node.setFaults([]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    nothingLeft(node);
  }),
);
races(
  'an endpoint of our own id that appears during ADD is replaced',
  onStage(async ({ node, at }) => {
    at('afterReserve', () => {
      const late = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.3' }] };
      operator(node).createEndpoint(late, { id: idOf(POD) });
      return Promise.resolve();
    });
    await must(node.run('ADD', POD, node.conf(QUICK)));
    assert.equal([node.endpoints().length, node.leases().length], [1, 1]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    nothingLeft(node);
  }),
);

/** An endpoint that another plugin made under the name of ours: its id is a random one. */
const PEERS = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] };

races(
  'DEL keeps the address of an endpoint that may still come, although it finds one of another plugin',
  onNode(async (node) => {
    node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    await fails(node.run('ADD', POD, node.conf(QUICK)), Code.TryAgainLater, /^Cannot create endpoint /);
    node.setFaults([]);
    for (const state of ['pending', 'buried']) {
      assert.is(operator(node).createEndpoint(PEERS), '0x00000000', state);
      await must(node.run('DEL', POD, node.conf(QUICK)));
      assert.equal([node.endpoints(), node.leases()], [[], ['10.244.3.3']], state);
    }
    node.releaseHeld();
    await must(node.run('DEL', POD, node.conf(QUICK)));
    nothingLeft(node);
  }),
);
races(
  'ADD undoes its endpoint also when another program has taken away the lease',
  onStage(async ({ node, at }) => {
    at('afterReserve', () => {
      rmSync(join(node.dataDir, 'cbr0', '10.244.3.3'));
      return Promise.resolve();
    });
    node.setFaults([{ function: 'HcnModifyNamespace', hresult: '0x803B0015' }]);
    await fails(node.run('ADD', POD, node.conf(QUICK)), Code.Hns, /^Cannot attach/);
    nothingLeft(node);
  }),
);

races.run();
