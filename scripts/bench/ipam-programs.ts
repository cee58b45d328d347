/** ADD and DEL by an executable named host-local, as a runtime's plugin calls it: ours, and the one that it stands in for. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { configurationOf, newcomers, type Place } from './ipam-places.ts';
import { timed } from './timed.ts';

/** Where Debian's package has it. */
export const PEER = '/usr/lib/cni/host-local';
const PACKAGE = 'containernetworking-plugins';

/** The version of the peer's package, or undefined when it is not on this machine. */
export function peerVersion(): string | undefined {
  if (!existsSync(PEER)) return undefined;
  const { stdout } = spawnSync('dpkg-query', ['--status', PACKAGE], { encoding: 'utf8' });
  return /^Version: (.+)$/m.exec(stdout)?.[1] ?? 'of unknown version';
}

/** What a table says in the peer's place. */
export const PEER_MISSING = `the peer: not measured, for ${PEER} of Debian's package ${PACKAGE} is not on this machine`;

/** Ours under the peer's name, in a folder of its own: it unpacks its addons beside itself. */
export function installOurs(built: string, folder: string): string {
  if (!existsSync(built)) throw new Error(`Cannot measure "${built}": it is not there. Run: npm run build`);
  mkdirSync(folder);
  const program = join(folder, 'host-local');
  copyFileSync(built, program);
  return program;
}

/** Measures one pod's life at a time, from the start of the first process to the end of the second. */
export function programLife(program: string, place: Place): () => number {
  const next = newcomers(place);
  const input = JSON.stringify(configurationOf(place));
  return () => {
    const { containerId, ifname } = next();
    const run = (verb: 'ADD' | 'DEL') => {
      const env = { CNI_COMMAND: verb, CNI_CONTAINERID: containerId, CNI_IFNAME: ifname };
      return timed(program, { env: { ...env, CNI_NETNS: '/var/run/netns/pod', CNI_PATH: '/opt/cni/bin' }, input });
    };
    const [added, deleted] = [run('ADD'), run('DEL')];
    if (!added.stdout.includes('"10.128.')) throw new Error(`Cannot measure "${program}": ADD gave ${added.stdout}`);
    return added.ms + deleted.ms;
  };
}
