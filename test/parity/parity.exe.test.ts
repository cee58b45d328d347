import { join } from 'node:path';
import { suite } from 'uvu';
import { ROOT } from '../support/plugin.ts';
import { linuxMachine } from './linux-machine.ts';
import { testMachine } from './machine-tests.ts';
import { testScenarios } from './scenario-tests.ts';

const parity = suite('parity of dist/wincni');
const open = () => linuxMachine(join(ROOT, 'dist/wincni'));
testMachine(parity, open);
testScenarios(parity, open);
parity.run();
