/** 4 loops at once, each starting 10 ADDs of host-local.exe, then their DELs: LockFileEx among processes that all want it. */
import { suite } from 'uvu';
import * as wine from '../../scripts/wine.js';
import { inFolder } from '../support/disk.ts';
import { answerOf, confOf, envOf, type Installed, installOurs } from './host-local.ts';
import { addAllThenDelAll } from './load.ts';

const load = suite<{ ours: Installed }>('host-local under load, wincni.exe under Wine');
load.before(async (context) => {
  await wine.ensure();
  context.ours = installOurs('dist/wine/wincni.exe', 'host-local.exe');
});
load.after(({ ours }) => {
  ours.remove();
});

load('4 loops of 10 ADDs on a /20, then of 10 DELs', ({ ours: { exe } }) =>
  inFolder((dataDir) => {
    const conf = confOf(wine.windowsPath(dataDir), [[{ subnet: '10.244.16.0/20' }]]);
    return addAllThenDelAll({
      dataDir,
      loops: 4,
      each: 10,
      run: async (verb, containerId) => {
        const { code, stdout } = await wine.run(exe, [], {
          env: envOf(verb, containerId),
          stdin: JSON.stringify(conf),
        });
        return answerOf(code, stdout);
      },
    });
  }),
);

load.run();
