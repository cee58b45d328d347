/** Ours and the peer's host-local at once on one folder, ADDs among DELs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder } from '../../support/disk.ts';
import { command, confOf, heldBy, holderOf, holders, type Installed, installOurs, PEER } from '../host-local.ts';
import { inLoops, podsOf } from '../load.ts';

const SETS = {
  v4: [[{ subnet: '10.244.3.0/24' }]],
  'dual stack': [[{ subnet: '10.244.3.0/24' }], [{ subnet: 'fd00:244:3::/64' }]],
};

const load = suite<{ ours: Installed }>('host-local: ours and the peer at once on one folder');
load.before((context) => {
  context.ours = installOurs();
});
load.after(({ ours }) => {
  ours.remove();
});

interface Loop {
  readonly dataDir: string;
  readonly conf: object;
  readonly ids: readonly string[];
  /** Who adds and who deletes. */
  readonly adder: string;
  readonly deleter: string;
  /** Pods by address, from the end of their ADD to the start of their DEL: within that time nobody else may get it. */
  readonly held: Map<string, string>;
}

async function add({ conf, ids, adder, held }: Loop, sets: number): Promise<void> {
  for (const id of ids) {
    const { code, addresses = [], text } = await command(adder, ['ADD', id], conf);
    assert.equal([code, addresses.length], [0, sets], `ADD of ${id} by ${adder}: ${text}`);
    for (const ip of addresses) {
      assert.is(held.get(ip), undefined, `${ip} was given to ${id}, too`);
      held.set(ip, id);
    }
  }
}

async function del({ dataDir, conf, ids, deleter, held }: Loop): Promise<void> {
  for (const id of ids) {
    for (const [ip] of [...held].filter(([, pod]) => pod === id)) {
      assert.is(holderOf(dataDir, ip), heldBy(id));
      held.delete(ip);
    }
    const { code, text } = await command(deleter, ['DEL', id], conf);
    assert.is(code, 0, `DEL of ${id} by ${deleter}: ${text}`);
  }
}

for (const [name, sets] of Object.entries(SETS)) {
  load(`8 loops of 15 ADDs and 15 DELs, half of each by the peer, ${name}`, ({ ours: { exe } }) =>
    inFolder(async (dataDir) => {
      const conf = confOf(dataDir, sets);
      const held = new Map<string, string>();
      await inLoops(8, async (loop) => {
        const adder = loop % 2 === 0 ? exe : PEER;
        // Half of the loops have the other program delete.
        const deleter = loop % 4 < 2 ? exe : PEER;
        const one: Loop = { dataDir, conf, ids: podsOf(loop, 15), adder, deleter, held };
        await add(one, sets.length);
        await del(one);
      });
      assert.equal(holders(dataDir), {});
    }),
  );
}

load.run();
