import { linuxExecutable } from '../support/plugin.ts';
import { giantTests } from './giant.ts';

giantTests('dist/wincni', linuxExecutable);
