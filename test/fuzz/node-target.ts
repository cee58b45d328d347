/** A node in this process for the cases of one sample: what a command did, and what there is on node and disk. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeFiles, SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import type { Programs } from '../../src/ipam/delegate.ts';
import type { Platform } from '../../src/platform.ts';
import { createTestNode } from '../support/node.ts';
import { SUBNET_ENV, sampleSeed } from '../support/sample-node.ts';
import { type Case, POD, printed, SAMPLES, STANDING, unixPlace } from './case.ts';
import { filesBelow, objectsOf, type Target } from './target.ts';

/** Nothing here outlives the process, so that nothing has to reach the disk. */
const FILES = nodeFiles({ windows: false, calls: { ...SYSTEM_CALLS, flush: () => undefined } });

export function nodeTarget(sample: string): Target {
  const node = createTestNode(sampleSeed(SAMPLES[sample] ?? {}, [POD.containerId, STANDING.containerId]));
  const top = node.dataDir;
  const root = join(top, 'a/b/c');
  mkdirSync(join(root, 'run/flannel'), { recursive: true });
  writeFileSync(join(root, 'run/flannel/subnet.env'), SUBNET_ENV);
  return {
    place: unixPlace(root, top),
    folders: [join(root, 'var'), join(root, 'run')],
    resolve: (path) => resolve(root, path),
    start: async ({ env, stdin, one }) => {
      // What looks like a path of Windows is relative here.
      process.chdir(root);
      const [started, grown] = [process.cpuUsage(), memory()];
      const { code, text } = await node.start({ env, stdin }, platformIn(root, one));
      const { user, system } = process.cpuUsage(started);
      return { code, stdout: text, ms: (user + system) / 1000, megabytes: grown() };
    },
    objects: () => objectsOf(node.hns),
    files: () => filesBelow(top),
    forget: (file) => {
      rmSync(file, { force: true });
    },
    end: () => {
      node.end();
      return Promise.resolve();
    },
  };
}

const platformIn = (root: string, one: Pick<Case, 'executable' | 'ipam'>): Partial<Platform> => ({
  executable: one.executable,
  drive: root,
  files: FILES,
  defaults: { dataDir: join(root, 'var/lib/cni/networks'), logFile: join(root, 'var/log/wincni/wincni.log') },
  programs: programsOf(one),
});

/** One plugin in each folder of CNI_PATH, which prints what the case says: a process for each would take hours. */
const programsOf = ({ ipam }: Pick<Case, 'ipam'>): Programs => ({
  windows: false,
  firstFile: (paths) => paths.find((path) => path.endsWith('/fake-ipam')),
  isOwn: () => false,
  run: () => ({ status: ipam.status, stdout: printed(ipam) }),
});

/** MB that this process had at most, so far. */
const peak = (): number => process.resourceUsage().maxRSS / 1024;

/** To be asked afterwards: by how many MB memory has grown since now; 0 when it has been as large before. */
function memory(): () => number {
  const [most, now] = [peak(), process.memoryUsage.rss() / 1024 / 1024];
  return () => (peak() > most ? peak() - now : 0);
}
