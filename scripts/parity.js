/** `npm run parity`: prepares the machine, the simulator's libraries and the executable, then starts test/parity/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setUp } from './setup.js';

const args = process.argv.slice(2);
const windows = args.includes('--wine');
if (!args.includes('--docs')) await prepare().catch(giveUp);
const comparison = [join(ROOT, 'test/parity/main.ts'), ...args];
const { status } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...comparison], {
  stdio: 'inherit',
});
process.exit(status ?? 1);

async function prepare() {
  await setUp(windows ? 'test' : 'demo');
  const { buildNative } = await import('./build-native.js');
  buildNative(windows ? { windows } : {});
  if (args.some((arg) => arg.startsWith('--plugin'))) return;
  const { build } = await import('../build.js');
  await build();
}

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}
