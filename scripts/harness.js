/** Starts a harness of test/ with the arguments of the command line, on a machine prepared for it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setUp } from './setup.js';

/**
 * Runs `main` (below the root) by tsx and ends with its exit code. Before that, unless only documents are asked for: set-up, the
 * simulator's libraries, and `prepareMore`. `--wine` prepares for Wine as well.
 */
export async function runHarness(main, prepareMore = async () => {}) {
  const args = process.argv.slice(2);
  if (!args.includes('--docs')) await prepare(args.includes('--wine'), () => prepareMore(args)).catch(giveUp);
  const command = ['--import', import.meta.resolve('tsx'), join(ROOT, main), ...args];
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  process.exit(status ?? 1);
}

async function prepare(windows, prepareMore) {
  await setUp(windows ? 'test' : 'demo');
  const { buildNative } = await import('./build-native.js');
  buildNative(windows ? { windows } : {});
  await prepareMore();
}

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}
