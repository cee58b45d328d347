/** `npm run conformance`: the suite of test/conformance against an executable. */
import { runHarness } from './harness.js';

await runHarness('test/conformance/main.ts');
