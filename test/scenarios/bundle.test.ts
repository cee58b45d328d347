import { bundle } from '../support/plugin.ts';
import { podLifecycle } from './pod-lifecycle.ts';

podLifecycle('the bundle on Node', bundle);
