import { windowsExecutable } from '../support/plugin.ts';
import { podLifecycle } from './pod-lifecycle.ts';

podLifecycle('wincni.exe under Wine', windowsExecutable);
