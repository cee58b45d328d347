/** `npm run parity`: the comparison of test/parity, with the executable made first unless one is named. */
import { runHarness } from './harness.js';

await runHarness('test/parity/main.ts', async (args) => {
  if (args.some((arg) => arg.startsWith('--plugin'))) return;
  const { build } = await import('../build.js');
  await build();
});
