import { linuxExecutable } from '../support/plugin.ts';
import { environmentTests } from './environment.ts';

environmentTests('dist/wincni', linuxExecutable);
