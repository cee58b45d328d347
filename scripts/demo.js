/**
 * `npm run demo`: prepares the machine, builds the bundle and the simulator's library, then tells the story of demo.ts. With
 * `-- --cluster` that of demo-cluster.ts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setUp } from './setup.js';

await setUp('demo').catch(giveUp);
const { buildNative } = await import('./build-native.js');
const { buildBundle } = await import('../build.js');
buildNative();
await buildBundle();
const story = [join(ROOT, 'scripts', process.argv.includes('--cluster') ? 'demo-cluster.ts' : 'demo.ts')];
const { status } = spawnSync(process.execPath, ['--import', 'tsx', ...story], { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}
