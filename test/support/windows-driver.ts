/** A program for tests of what only Windows has: the lock, the boot's identity and the files, one command a run, one line out. */
import { mkdirSync } from 'node:fs';
import { nodeFiles, SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import { createBootClock } from '../../src/ffi/boot.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import { CniError } from '../../src/spec/error.ts';
import { hostLocal, portsOf, type Said } from './host-local.ts';
import { holder, range, request, storeIn, texts } from './ipam.ts';

type Answer = Record<string, unknown>;

const say = (answer: Answer): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

const COMMANDS: Readonly<Record<string, (...args: readonly string[]) => Promise<Answer> | Answer>> = {
  /** Who am I: the boot's name and the time since it. */
  boot: () => {
    const clock = createBootClock({});
    return { bootId: clock.bootId(), again: createBootClock({}).bootId(), uptimeMs: clock.uptimeMs() };
  },
  /** Takes the lock, says so in a file, and keeps it for a while or until it is killed. */
  hold: async (path = '', told = '', ms = '0') => {
    const free = await createFileLock().acquire(path, 5000);
    nodeFiles({ windows: true }).writeFlushed(told, String(process.pid));
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    free();
    return { held: true };
  },
  /** Ends the process that `hold` told of, at once. */
  kill: (_path = '', told = '') => {
    process.kill(Number(nodeFiles({ windows: true }).readText(told)), 'SIGKILL');
    return { killed: true };
  },
  /** Waits for the lock at most so long. */
  take: async (path = '', ms = '0') => {
    (await createFileLock().acquire(path, Number(ms)))();
    return { taken: true };
  },
  /** A lease from reservation to release, and one that is buried, with the real lock and clock. */
  lease: async (folder = '') => {
    mkdirSync(folder, { recursive: true });
    const store = storeIn(folder, {
      lock: createFileLock(),
      clock: createBootClock({}),
      calls: SYSTEM_CALLS,
      windows: true,
      ranges: [range('10.244.3.0/24', '10.244.3.10')],
    });
    const [one, two] = [holder(1), holder(2)];
    const kinds = [await store.reserve(request(one)), await store.reserve(request(two))].map(({ kind }) => kind);
    await store.commit(one.key);
    await store.bury(two.key);
    const found = await store.find(one.key);
    const [tombstone] = await store.tombstones(5);
    await store.release(one);
    await store.exhume(two.key);
    const isFresh = (tombstone?.ageMs ?? Number.POSITIVE_INFINITY) < 60_000;
    return { kinds, found: found && texts(found), buried: tombstone && texts(tombstone), isFresh };
  },
  /** An address of each family with a host port, and another pair by host-local's own verbs; the names while they are there. */
  dual: async (folder = '') => {
    mkdirSync(folder, { recursive: true });
    const ranges = [range('10.244.3.0/24', '10.244.3.10'), range('fd00::/64', 'fd00::10', 'fd00::ff')];
    const lock = createFileLock();
    const store = storeIn(folder, { lock, clock: createBootClock({}), calls: SYSTEM_CALLS, windows: true, ranges });
    const ports = [{ protocol: 6, hostPort: 8080, hostIp: undefined }];
    const kinds = [
      (await store.reserve(request(holder(1), { ports }))).kind,
      (await store.reserve(request(holder(2), { ports }))).kind,
    ];
    const peer = (verb: string): Promise<Said> =>
      hostLocal(
        portsOf({ defaultDataDir: folder, windows: true, calls: SYSTEM_CALLS }),
        { CNI_COMMAND: verb, CNI_CONTAINERID: 'peer', CNI_IFNAME: 'eth0', CNI_NETNS: 'none', CNI_PATH: 'C:\\' },
        {
          cniVersion: '1.0.0',
          name: 'net',
          ipam: { ranges: [[{ subnet: '10.244.3.0/24' }], [{ subnet: 'fd00::/64' }]] },
        },
      );
    const { out } = await peer('ADD');
    const names = nodeFiles({ windows: true }).list(`${folder}\\net`);
    const held = (await store.addressesOf(holder(1))).map(({ text }) => text);
    await store.release(holder(1));
    const { exitCode } = await peer('DEL');
    return { kinds, out, names: [...names].sort(), held, exitCode };
  },
};

async function main([command = '', ...args]: readonly string[]): Promise<void> {
  try {
    const run = COMMANDS[command];
    if (run === undefined) throw new Error(`no command "${command}"`);
    say(await run(...args));
  } catch (thrown) {
    say(thrown instanceof CniError ? { ...thrown.toJSON() } : { thrown: String(thrown) });
  }
}

void main(process.argv.slice(2));
