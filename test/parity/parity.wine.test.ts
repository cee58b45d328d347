import { join } from 'node:path';
import { suite } from 'uvu';
import { ROOT } from '../support/plugin.ts';
import { testMachine } from './machine-tests.ts';
import { testScenarios } from './scenario-tests.ts';
import { wineMachine } from './wine-machine.ts';

const parity = suite('parity of wincni.exe under Wine');
const open = () => wineMachine(join(ROOT, 'dist/wincni.exe'));
testMachine(parity, open);
testScenarios(parity, open);
parity.run();
