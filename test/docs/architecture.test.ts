/** ARCHITECTURE.md has a row for each layer with what it imports, as the test of the architecture has it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { read, tableRows } from '../support/documents.ts';

const DOCUMENT = 'ARCHITECTURE.md';

/** The layers and what they may import, in the order of the test. */
function layers(): ReadonlyMap<string, readonly string[]> {
  const [, body = ''] = /const MAY_IMPORT[^{]*\{([\s\S]*?)\n\};/.exec(read('test/architecture.test.ts')) ?? [];
  const rows = [...body.matchAll(/^ {2}'?([\w.-]+)'?: \[([^\]]*)\]/gm)];
  return new Map(
    rows.map(([, layer = '', list = '']) => [layer, [...list.matchAll(/[\w.-]+/g)].map(([name]) => name)]),
  );
}

const architecture = suite(DOCUMENT);

architecture('has each layer, with what it imports', () => {
  const documented = new Map(
    tableRows(read(DOCUMENT)).map(([name = '', imports = '']) => [name.replace(/\/$/, ''), imports]),
  );
  const real = layers();
  assert.ok(real.size > 10, 'hardly any layers were found');
  for (const [layer, imports] of real) {
    const row = documented.get(layer);
    assert.ok(row !== undefined, `${layer} is missing`);
    assert.equal(row.split(', ').filter(Boolean).sort(), [...imports].sort(), layer);
  }
});

architecture.run();
