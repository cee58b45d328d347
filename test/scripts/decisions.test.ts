/** What the scripts decide to do, from what they find on a machine. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isEnough, whyNoGo } from '../../scripts/cnitool.js';
import { debianRelease, missingPackages, whyNotApt } from '../../scripts/machine.js';
import { firstDifference, whyNotNode, whyNpmCi } from '../../scripts/setup.js';
import { kindOf } from '../../scripts/test-phases.js';
import { chooseWine, mirror, outermost, wineVersion } from '../../scripts/wine-root.js';

const npm = suite('npm ci');

const locked = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/other-system': { version: '1.0.0', integrity: 'sha512-o', optional: true },
};
const installed = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } };

npm('is not needed when all is installed but what is for other systems', () => {
  assert.is(firstDifference(locked, installed), undefined);
});
npm('is needed for another version, other content, something missing, something extra', () => {
  const a = installed['node_modules/a'];
  assert.is(firstDifference(locked, { 'node_modules/a': { ...a, version: '1.0.1' } }), 'node_modules/a has changed');
  assert.is(firstDifference(locked, { 'node_modules/a': { ...a, integrity: 'x' } }), 'node_modules/a has changed');
  assert.is(firstDifference(locked, {}), 'node_modules/a has changed');
  assert.is(firstDifference(locked, { ...installed, 'node_modules/b': a }), 'node_modules/b is no longer needed');
});
npm('is needed where nothing is installed', () => {
  assert.is(whyNpmCi('/nonexistent'), 'nothing is installed');
});
npm.run();

const machine = suite('machine');

machine('Node must be 20.19 or newer', () => {
  assert.is(whyNotNode('20.19.0'), undefined);
  assert.is(whyNotNode('24.0.0'), undefined);
  assert.match(whyNotNode('20.18.3') ?? '', /expected 20\.19/);
  assert.match(whyNotNode('18.20.8') ?? '', /Cannot use Node 18/);
});
machine('packages only of what is missing', () => {
  const here = { isHere: () => true, packages: ['gcc'] };
  const missing = { isHere: () => false, packages: ['util-linux', 'mount'] };
  assert.equal(missingPackages([here, missing]), ['util-linux', 'mount']);
});
machine('without root it says what to run', () => {
  const command = 'apt-get install gcc';
  assert.is(whyNotApt({ isRoot: true, hasApt: true, command }), undefined);
  assert.match(whyNotApt({ isRoot: false, hasApt: true, command }) ?? '', /Run: sudo apt-get install gcc$/);
  assert.match(whyNotApt({ isRoot: true, hasApt: false, command }) ?? '', /expected Debian/);
});
machine('the release of a Debian', () => {
  assert.is(debianRelease('ID=debian\nVERSION_ID="12"\n'), 12);
  assert.is(debianRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'), 0);
  assert.is(debianRelease(''), 0);
});
machine.run();

const wine = suite('Wine');
const debian12 = { native: undefined, debian: 12, isRoot: true, isLinux: true };

for (const [what, state, kind] of [
  ['one that is new enough is used', { ...debian12, native: 10, isRoot: false }, 'native'],
  ['Debian 13 has it as a package', { ...debian12, debian: 13 }, 'packages'],
  ['Debian 12 gets a root', debian12, 'root'],
  ['so does one with an old Wine', { ...debian12, native: 8 }, 'root'],
] as const) {
  wine(what, () => {
    assert.equal(chooseWine(state), { kind });
  });
}

for (const [what, state, message] of [
  ['without root on Debian 13', { ...debian12, debian: 13, isRoot: false }, /Run: sudo apt-get install .*wine64 wine$/],
  ['without root on Debian 12', { ...debian12, isRoot: false }, /run this command as root$/],
  ['elsewhere', { ...debian12, isLinux: false }, /no Wine is installed, expected Wine 10 or newer$/],
] as const) {
  wine(`says why not ${what}`, () => {
    const choice = chooseWine(state);
    assert.match('refusal' in choice ? choice.refusal : '', message);
  });
}

wine('its version', () => {
  assert.is(wineVersion({ code: 0, output: 'wine-10.0 (Debian 10.0~repack-6)\n' }), 10);
  assert.is(wineVersion({ code: 1, output: 'wine-10.0\n' }), undefined);
  assert.is(wineVersion({ code: 0, output: 'it is not here' }), undefined);
});
wine('its root comes from the mirror of this machine', () => {
  const deb822 = 'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n';
  assert.is(
    mirror(`deb [signed-by=/k] https://other.example/apt stable main\n${deb822}`),
    'http://mirror.example/debian',
  );
  assert.is(mirror('deb http://mirror.example/debian/ bookworm main\n'), 'http://mirror.example/debian/');
  assert.is(mirror('deb http://mirror.example/debian-security bookworm main\n'), 'http://deb.debian.org/debian');
});
wine('a folder inside another one is visible with it', () => {
  assert.equal(outermost(['/tmp', '/tmp/clone', '/home/u/.cache', '/tmp', '/tmpfiles']), [
    '/tmp',
    '/home/u/.cache',
    '/tmpfiles',
  ]);
});
wine.run();

const go = suite('Go');

go('1.21 or newer is enough', () => {
  assert.equal(['go1.21', 'go1.26.8', 'go2.0', 'go1.20.14', 'devel', undefined].map(isEnough), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
go('says what to do where Debian has none', () => {
  assert.is(whyNoGo({ version: undefined, debian: 13, isRoot: true }), undefined);
  assert.match(
    whyNoGo({ version: 'go1.19.8', debian: 12, isRoot: true }) ?? '',
    /the Go here is go1\.19\.8, .*backports golang-go$/,
  );
  assert.match(
    whyNoGo({ version: undefined, debian: 13, isRoot: false }) ?? '',
    /Run: sudo apt-get install .*golang-go$/,
  );
  assert.match(whyNoGo({ version: undefined, debian: 0, isRoot: true }) ?? '', /go\.dev\/dl$/);
});
go.run();

const kinds = suite('test files');

kinds('are of a kind by their names', () => {
  assert.equal(
    ['hns/a.test.ts', 'a.exe.test.ts', 'x/y/b.wine.test.ts', 'support/node.ts', 'hns/contract.ts'].map(kindOf),
    ['plain', 'exe', 'wine', undefined, undefined],
  );
});
kinds.run();
