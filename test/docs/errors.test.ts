/** docs/errors.md has a row for each code and each HRESULT of the tables in src, and no row more. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hex, ROWS } from '../../src/hns/status.ts';
import { Code } from '../../src/spec/error.ts';
import { read, tableRows } from '../support/documents.ts';

const rows = tableRows(read('docs/errors.md'));
/** The rows whose first cell matches. */
const starting = (pattern: RegExp): readonly (readonly string[])[] =>
  rows.filter(([first = '']) => pattern.test(first));

const errors = suite('docs/errors.md');

errors('has each code with its name', () => {
  const documented = starting(/^\d+$/).map(([code, name]) => [Number(code), name]);
  assert.equal(
    documented,
    Object.entries(Code).map(([name, code]) => [code, name]),
  );
});

errors('has each HRESULT with its name and outcome', () => {
  const documented = starting(/^0x/).map(([hr, name, outcome]) => [hr, name, outcome]);
  assert.equal(
    documented,
    ROWS.map(([hr, name, outcome]) => [hex(hr), name, outcome]),
  );
});

errors('leaves no cell empty', () => {
  for (const row of [...starting(/^\d+$/), ...starting(/^0x/)]) assert.ok(!row.includes(''), row.join(' | '));
});

errors.run();
