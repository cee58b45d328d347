/** The executable keeps the command line of people apart from what a runtime's commands load. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/documents.ts';

/** How often a text stands in the executables, their code caches included. */
function timesIn(file: string, text: string): number {
  const bytes = readFileSync(join(ROOT, 'dist', file));
  let times = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) times++;
  return times;
}

const lazy = suite('parts of the executable');

for (const file of ['wincni', 'wincni.exe']) {
  lazy(`${file} has a command's texts in two of them, those of the command line in one`, () => {
    // And in the code cache, where there is one.
    assert.ok(timesIn(file, 'HNS may still carry out a call of an earlier ADD') >= 2);
    assert.is(timesIn(file, 'puts this executable into a CNI bin folder'), 1);
    assert.is(timesIn(file, 'waiting for a file that can be used'), 1);
  });
}

lazy.run();
