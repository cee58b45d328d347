/** The lock file is whole: npm itself leaves out what the registry at hand does not have, and then refuses the result. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

type Entry = Readonly<Partial<Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>>>>> & {
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
};

function lock(): { readonly packages: Readonly<Record<string, Entry>> } {
  return JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
}

function isForLinux(os: readonly string[] = ['linux'], libc: readonly string[] = ['glibc']): boolean {
  return os.includes('linux') && libc.includes('glibc');
}

/** As Node resolves: in the package's own node_modules, then in each one above. */
function isReachable(packages: Readonly<Record<string, Entry>>, from: string, name: string): boolean {
  const path = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
  if (packages[path] !== undefined) return true;
  return from !== '' && isReachable(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

const lockFile = suite('package-lock.json');

lockFile('has an entry for each dependency, those for other systems too, without which npm ci refuses it', () => {
  const { packages } = lock();
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isReachable(packages, path, name)),
  );
  assert.equal(missing, []);
});
lockFile('has a hash for what is installed here', () => {
  const { packages } = lock();
  const unpinned = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.integrity === undefined);
  for (const [path, { os, libc }] of unpinned) assert.ok(!isForLinux(os, libc), path);
});

lockFile.run();
