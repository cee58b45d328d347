/** `npm run conformance`: prepares the machine and the simulator's libraries, then starts test/conformance/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setUp } from './setup.js';

const args = process.argv.slice(2);
const windows = args.includes('--wine');
if (!args.includes('--docs')) await prepare().catch(giveUp);
const suite = [join(ROOT, 'test/conformance/main.ts'), ...args];
const { status } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...suite], {
  stdio: 'inherit',
});
process.exit(status ?? 1);

async function prepare() {
  await setUp(windows ? 'test' : 'demo');
  const { buildNative } = await import('./build-native.js');
  buildNative(windows ? { windows } : {});
}

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}
