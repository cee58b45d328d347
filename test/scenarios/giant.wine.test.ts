import { windowsExecutable } from '../support/plugin.ts';
import { giantTests } from './giant.ts';

giantTests('wincni.exe under Wine', windowsExecutable);
