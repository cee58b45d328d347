/** `npm run load`: many pods at once come and go on a node, with the executable made first unless one is named. */
import { runHarness } from './harness.js';

await runHarness('test/load/main.ts', async (args) => {
  if (args.some((arg) => arg.startsWith('--plugin'))) return;
  const { build, wineExecutable } = await import('../build.js');
  await build();
  if (args.includes('--wine')) wineExecutable();
});
