/** Giving back what is not as the record says, since host-local has served the folder meanwhile. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder } from '../support/disk.ts';
import { holder, request, reserved } from '../support/ipam.ts';
import { addressesIn, assertClean } from '../support/sweep.ts';
import { addressesSaid, theOther, theStore } from '../support/turns.ts';

const release = suite('release');

for (const sets of [1, 2] as const) {
  release(`finds and frees what host-local gave under a record whose address it has taken back, ${sets} set(s)`, () =>
    inFolder(async (folder) => {
      const store = theStore({ folder, sets });
      reserved(await store.reserve(request(holder(1))));
      assert.is((await theOther({ folder, sets }, 'DEL', 1)).exitCode, 0);
      const given = addressesSaid(await theOther({ folder, sets }, 'ADD', 1));
      assert.equal([...addressesIn(folder, 1)].sort(), [...given].sort());
      const found = (await store.addressesOf(holder(1))).map(({ text }) => text);
      assert.equal([...found].sort(), [...given].sort());
      await store.release(holder(1));
      assertClean(folder);
    }),
  );
}

release.run();
