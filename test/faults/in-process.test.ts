/** The matrix in this process: faults at every call of HNS, and the end of the process at every call of the file system. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { found, runHere } from './here.ts';
import { inProcess } from './in-process.ts';
import { FEW_KINDS } from './kinds.ts';
import { SCENES } from './scene.ts';

const faults = suite('faults at every call, in process');

for (const scene of SCENES) {
  faults(`of ${scene.name} leave nothing, lose nothing, hang nowhere and are answered rightly`, async () => {
    const matrix = await runHere(inProcess(), { scenes: [scene], kinds: FEW_KINDS, fileKills: ['before', 'after'] });
    assert.equal(matrix.skipped, []);
    assert.ok(matrix.points.some(({ call }) => call.startsWith('file')));
    assert.equal(found(matrix), []);
  });
}

faults.run();
