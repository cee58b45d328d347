/** What a crash left of writing files goes, and nothing else. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dropHalfWritten, temporary } from '../../src/disk/half-written.ts';
import { nodeFiles } from '../../src/disk/node-files.ts';
import { inFolder } from '../support/disk.ts';

const half = suite('dropHalfWritten()');

half('removes what has the name of a temporary file, and answers the other names', () =>
  inFolder((folder) => {
    const files = nodeFiles({ windows: false });
    for (const name of ['10.244.3.3', 'lock', temporary('10.244.3.4')]) writeFileSync(join(folder, name), '');
    assert.equal(dropHalfWritten(files, folder, files.list(folder)).toSorted(), ['10.244.3.3', 'lock']);
    assert.equal(readdirSync(folder).sort(), ['10.244.3.3', 'lock']);
  }),
);

half.run();
