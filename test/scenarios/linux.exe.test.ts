import { linuxExecutable } from '../support/plugin.ts';
import { podLifecycle } from './pod-lifecycle.ts';

podLifecycle('dist/wincni', linuxExecutable);
