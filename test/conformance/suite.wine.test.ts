import { join } from 'node:path';
import { ROOT } from '../support/plugin.ts';
import { wineSubject } from './subjects.ts';
import { testSubject } from './suite-tests.ts';

testSubject('wincni.exe under Wine', () => wineSubject(join(ROOT, 'dist/wincni.exe'), 'win-bridge'));
