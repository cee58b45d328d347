import { windowsExecutable } from '../support/plugin.ts';
import { environmentTests } from './environment.ts';

environmentTests('wincni.exe under Wine', windowsExecutable);
