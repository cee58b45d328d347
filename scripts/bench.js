/** `npm run bench -- NAME`: builds the executables, then runs a benchmark of scripts/bench. Its options are in bench/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureTools } from './machine.js';
import { ROOT, setUp } from './setup.js';

await prepare().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const command = ['--import', 'tsx', join(ROOT, 'scripts/bench/main.ts'), ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);

async function prepare() {
  const name = process.argv[2];
  // The simulator behind its C library is what these measure on.
  const onSimulator = name !== 'ipam';
  await setUp(onSimulator ? 'demo' : 'build');
  // What ours is compared with is worth having, but its absence keeps nobody from ours: the table names what is missing.
  const wanted = { ipam: ['peers'], startup: ['mingw', 'strace'], peers: ['mingw'] }[name] ?? [];
  await ensureTools(wanted).catch((error) => console.error(error.message));
  if (onSimulator) (await import('./build-native.js')).buildNative();
  const { build, wineExecutable } = await import('../build.js');
  await build();
  wineExecutable();
}
