/** A folder as the current drive of a Windows program, which keeps what plugins name without a drive on the node that is measured. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as wine from '../../scripts/wine.js';

const FOLDERS = 30; // more than there are letters

const drives = suite<{ root: string }>('drives under Wine');

drives.before((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'wincni-drives-'));
});
drives.after(({ root }) => {
  rmSync(root, { recursive: true });
});

drives('a path without a drive lies in the folder that a program runs in, of however many', async ({ root }) => {
  for (let n = 0; n < FOLDERS; n++) {
    const folder = mkdtempSync(join(root, 'drive-'));
    await wine.addDrive(folder);
    await wine.addDrive(folder);
    const { code, stderr } = await wine.run('cmd.exe', ['/c', `echo ${n} >\\written.txt`], { cwd: folder });
    assert.is(code, 0, stderr);
    assert.is(readFileSync(join(folder, 'written.txt'), 'utf8').trim(), `${n}`);
  }
});

drives.run();
