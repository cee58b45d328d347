/** `npm run faults`: the matrix of test/faults, with the executable made first unless one is named. */
import { runHarness } from './harness.js';

await runHarness('test/faults/main.ts', async (args) => {
  if (args.some((arg) => arg.startsWith('--plugin') || arg === '--in-process')) return;
  const { build } = await import('../build.js');
  await build();
});
