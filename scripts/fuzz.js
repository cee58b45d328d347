/** `npm run fuzz -- --runs N [--seed S] [--wine]`: the random cases of test/fuzz, with the executable made first for --wine. */
import { runHarness } from './harness.js';

await runHarness('test/fuzz/main.ts', async (args) => {
  if (!args.includes('--wine')) return;
  const { build, wineExecutable } = await import('../build.js');
  await build();
  wineExecutable();
});
