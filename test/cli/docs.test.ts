/** docs/install.md and docs/node.md say what the commands, the names and the rights are. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flawsOfFolder } from '../../src/cli/acl.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { ADDONS_FOLDER, asideOf, BACKUP, backupOf, INSTALL_NAMES, MANIFEST } from '../../src/cli/names.ts';
import { readDacl } from '../../src/cli/sddl.ts';
import { read, tableRows } from '../support/documents.ts';

const PAGE = read('docs/install.md');
const ROWS = [...tableRows(PAGE), ...tableRows(read('docs/node.md'))];

const page = suite('docs/install.md and docs/node.md');

page('has every option of every command, and no other', () => {
  const documented = ROWS.filter(([, option = '']) => /^--[a-z]/.test(option)).flatMap(([commands = '', option = '']) =>
    commands.split(', ').map((command) => `${command} ${option}`),
  );
  const real = COMMANDS.flatMap(({ name, options }) =>
    Object.entries(options).map(
      ([option, { value }]) => `${name} --${option}${value === undefined ? '' : ` ${value}`}`,
    ),
  );
  assert.equal([...documented].sort(), [...real].sort());
});
page('has every name', () => {
  const names = ROWS.flatMap(([cell = '']) => cell.split(', ')).filter((name) => /^[a-z-]+\.exe$/.test(name));
  assert.equal([...new Set(names)].sort(), INSTALL_NAMES.map((name) => `${name}.exe`).sort());
});
page('has the names that are given to what is kept, left and written', () => {
  const listed = ROWS.map(([cell = '']) => cell);
  for (const name of [MANIFEST, backupOf('win-bridge.exe', 1), asideOf('win-bridge.exe', 1)])
    assert.ok(listed.includes(name), name);
  assert.match(backupOf('win-bridge.exe', 2), BACKUP);
  assert.match('wincni-addons-00ff', ADDONS_FOLDER);
});
page('shows access lists that are right', () => {
  const lists = [...PAGE.matchAll(/^(D:\S+)\s+(bin folder|state folders)/gm)];
  assert.is(lists.length, 2);
  for (const [, list = '', where] of lists) {
    const dacl = readDacl(list);
    assert.ok(dacl !== undefined);
    assert.equal(flawsOfFolder(dacl, where === 'bin folder' ? 'programs' : 'state'), []);
  }
});
page.run();
