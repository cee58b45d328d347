import { join } from 'node:path';
import { ROOT } from '../support/plugin.ts';
import { linuxSubject } from './subjects.ts';
import { testSubject } from './suite-tests.ts';

testSubject('dist/wincni', () => linuxSubject(join(ROOT, 'dist/wincni'), 'win-bridge'));
