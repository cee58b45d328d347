/** 16 loops at once, each starting 50 ADDs of our host-local, then their DELs. */
import { suite } from 'uvu';
import { inFolder } from '../support/disk.ts';
import { command, confOf, type Installed, installOurs } from './host-local.ts';
import { addAllThenDelAll } from './load.ts';

const load = suite<{ ours: Installed }>('host-local under load, dist/wincni');
load.before((context) => {
  context.ours = installOurs();
});
load.after(({ ours }) => {
  ours.remove();
});

load('16 loops of 50 ADDs on a /20, then of 50 DELs', ({ ours: { exe } }) =>
  inFolder((dataDir) => {
    const conf = confOf(dataDir, [[{ subnet: '10.244.16.0/20' }]]);
    return addAllThenDelAll({
      dataDir,
      loops: 16,
      each: 50,
      run: (verb, containerId) => command(exe, [verb, containerId], conf),
    });
  }),
);

load.run();
