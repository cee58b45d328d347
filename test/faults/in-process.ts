/** Our plugin in this process as a subject: a point costs milliseconds, and files can end a command at any call. */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { LocalSimulator } from '../../native/simulator/client.ts';
import { nodeFiles, type SystemCalls } from '../../src/disk/node-files.ts';
import type { Subject } from '../conformance/subject.ts';
import { eachCall, isGuarded, scissors } from '../support/disk.ts';
import { type LocalDrive, type LocalStart, openLocalDrive, type Parts } from '../support/in-process.ts';
import { UNFLUSHED } from '../support/ipam.ts';

/** `changed` takes the place of parts, for plugins that are broken in one way. */
export function inProcess(changed: Partial<Parts> = {}): Subject {
  const drives = new Map<LocalSimulator, LocalDrive>();
  const driveOf = (simulator: LocalSimulator): LocalDrive => {
    const drive = drives.get(simulator) ?? openLocalDrive(simulator, { files: cutFiles, ...changed });
    drives.set(simulator, drive);
    return drive;
  };
  return {
    name: 'wincni in this process',
    system: 'linux',
    run: async (env, stdin, { simulator, kill }) => {
      const start = { plugin: 'wincni', env, stdin: Buffer.from(stdin).toString('utf8'), kill };
      return { ...(await driveOf(simulator).run(start)), stderr: '' };
    },
    path: (unixPath) => unixPath,
    reboot: () => Promise.resolve(),
    end: () => {
      for (const drive of drives.values()) drive.end();
      return Promise.resolve();
    },
  };
}

/** Does what native/file-faults does to an executable, at every call that is made of the file system. */
const cutFiles: Parts['files'] = ({ env }: LocalStart) => {
  const { FILE_FAULTS_NTH: nth, FILE_FAULTS_WHEN: when, FILE_FAULTS_LOG: log } = env;
  const told = log === undefined ? UNFLUSHED : telling(log);
  const cut = scissors(Number(nth ?? Number.POSITIVE_INFINITY), when === 'after' ? 'after' : 'before', told);
  return { files: nodeFiles({ windows: false, calls: cut.calls }), isCut: cut.isCut };
};

/** Writes down which calls there are, those that can be the last. */
const telling = (log: string): SystemCalls =>
  eachCall(UNFLUSHED, (name, call) => {
    if (!isGuarded(name)) return call;
    return (...args) => {
      appendFileSync(log, `${name} ${typeof args[0] === 'string' ? basename(args[0]) : ''}\n`);
      return call(...args);
    };
  });
