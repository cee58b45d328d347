/** Which rights are right: judged on the access lists of real Windows folders. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flawsOfFolder, flawsOfProgram, icaclsArguments, readListing, whoMaySwap } from '../../src/cli/acl.ts';
import { type Dacl, readDacl } from '../../src/cli/sddl.ts';
import { LISTED, saved } from './listings.ts';

const dacl = (list: string): Dacl => {
  const read = readDacl(list);
  if (read === undefined) throw new Error(`cannot read ${list}`);
  return read;
};

const acl = suite('acl');

acl('what our own commands leave is right, for its purpose only', () => {
  assert.equal(flawsOfFolder(dacl(LISTED.programs), 'programs'), []);
  assert.equal(flawsOfFolder(dacl(LISTED.state), 'state'), []);
  assert.equal(flawsOfFolder(dacl(LISTED.programs), 'state'), ['Users may do 0x1200a9']);
  assert.equal(flawsOfFolder(dacl(LISTED.state), 'programs'), ['Users cannot read and execute']);
});
acl('what Windows gives new folders is wrong', () => {
  assert.equal(flawsOfFolder(dacl(LISTED.belowProgramData), 'state'), [
    'it inherits from the folder above',
    'CREATOR OWNER may do 0x1f01ff',
    'Users may do 0x1200a9',
    'Users may do 0x116',
  ]);
  assert.equal(flawsOfFolder(dacl(LISTED.french), 'programs'), [
    'it inherits from the folder above',
    'Users may do 0x4',
    'Users may do 0x2',
    'CREATOR OWNER may do 0x1f01ff',
  ]);
  assert.equal(flawsOfFolder(dacl(LISTED.belowClientRoot), 'programs'), [
    'it inherits from the folder above',
    'Authenticated Users may do 0x1301bf',
    'Authenticated Users may do 0x1301bf',
  ]);
  assert.equal(flawsOfFolder(dacl(LISTED.openSsh), 'programs'), [
    'Users cannot read and execute',
    'Authenticated Users may do 0x1200a9',
  ]);
});
acl('rights that only what is below has, or that it does not get, are not enough', () => {
  const below = 'D:PAI(A;OICIIO;GA;;;SY)(A;OICI;FA;;;BA)';
  assert.equal(flawsOfFolder(dacl(below), 'state'), ['SYSTEM cannot do everything']);
  const alone = 'D:PAI(A;;FA;;;SY)(A;OICI;FA;;;BA)';
  assert.equal(flawsOfFolder(dacl(alone), 'state'), ['SYSTEM cannot do everything']);
});
acl('an entry that denies is wrong, and so is no list at all', () => {
  assert.equal(flawsOfFolder(dacl('D:PAI(D;OICI;FA;;;SY)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'), 'state'), [
    'SYSTEM has an entry "D" of 0x1f01ff',
  ]);
  assert.ok(
    flawsOfFolder(dacl('D:PNO_ACCESS_CONTROL'), 'state').includes(
      'it has no access list, so that everyone may do everything',
    ),
  );
});
acl('a program may inherit, but gives nobody more', () => {
  assert.equal(flawsOfProgram(dacl(LISTED.program)), []);
  assert.equal(flawsOfProgram(dacl(LISTED.locked)), [
    'SYSTEM cannot do everything',
    'Administrators cannot do everything',
    'Users cannot read and execute',
  ]);
  assert.equal(flawsOfProgram(dacl(`${LISTED.program}(A;;FA;;;S-1-5-21-1-2-3-1001)`)), [
    'S-1-5-21-1-2-3-1001 may do 0x1f01ff',
  ]);
});
acl('tells who may put another folder in the place of ours', () => {
  const who = Object.fromEntries(
    (['serverRoot', 'clientRoot', 'belowClientRoot', 'programFiles', 'belowProgramData'] as const).map((name) => [
      name,
      whoMaySwap(dacl(LISTED[name])),
    ]),
  );
  assert.equal(who, {
    serverRoot: [],
    clientRoot: [],
    belowClientRoot: ['Authenticated Users'],
    programFiles: [],
    belowProgramData: [],
  });
  assert.equal(whoMaySwap(dacl('D:(A;;0x40;;;BU)(A;;WO;;;BU)(A;;WD;;;LS)(D;;FA;;;WD)')), ['Users', 'S-1-5-19']);
  assert.equal(whoMaySwap(dacl('D:NO_ACCESS_CONTROL')), ['everyone']);
});
acl('finds the list in the file that icacls writes, whatever the folder is called', () => {
  assert.equal(readListing(saved('bin', LISTED.programs)), dacl(LISTED.programs));
  assert.equal(readListing(saved('Dößé D', LISTED.state)), dacl(LISTED.state));
  assert.is(readListing(saved('bin', 'nonsense')), undefined);
  assert.is(readListing(''), undefined);
});
acl('names accounts by SID, and never goes into the folders below', () => {
  assert.equal(icaclsArguments.grant('C:\\bin', 'programs'), [
    'C:\\bin',
    '/inheritance:r',
    '/grant:r',
    '*S-1-5-18:(OI)(CI)F',
    '*S-1-5-32-544:(OI)(CI)F',
    '*S-1-5-32-545:(OI)(CI)RX',
    '/L',
    '/Q',
  ]);
  assert.equal(icaclsArguments.grant('C:\\state', 'state').slice(3, -2), [
    '*S-1-5-18:(OI)(CI)F',
    '*S-1-5-32-544:(OI)(CI)F',
  ]);
  assert.equal(icaclsArguments.own('C:\\bin'), ['C:\\bin', '/setowner', '*S-1-5-32-544', '/L', '/Q']);
  assert.equal(icaclsArguments.save('C:\\bin', 'C:\\bin\\x'), ['C:\\bin', '/save', 'C:\\bin\\x', '/L', '/Q']);
  assert.equal(icaclsArguments.reset('C:\\bin'), ['C:\\bin', '/reset', '/L', '/Q']);
});
acl.run();
