/** The most memory and processor time that a program took while it ran, as Linux counts them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly megabytes: number;
  /** Of processor time: how busy the machine is otherwise does not count. */
  readonly ms: number;
}

const EVERY_MS = 20;
/** sysconf(_SC_CLK_TCK) is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Looks again and again at every process with an argument that ends in the file name `program`, those that start it included. */
export function watchUsage(program: string): { readonly end: () => Usage } {
  let most: Usage = { megabytes: 0, ms: 0 };
  const look = (): void => {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const { megabytes, ms } = usageOf(id, program);
      most = { megabytes: Math.max(most.megabytes, megabytes), ms: Math.max(most.ms, ms) };
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      return most;
    },
  };
}

/** Nothing for any other process, and for one that has ended meanwhile. */
function usageOf(id: string, program: string): Usage {
  const read = (name: string): string => readFileSync(`/proc/${id}/${name}`, 'latin1');
  try {
    const isIt = read('cmdline')
      .split('\0')
      .some((argument) => argument.split(/[\\/]/).at(-1) === program);
    if (!isIt) return { megabytes: 0, ms: 0 };
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(read('status')) ?? [];
    // proc(5): after the name in brackets, which may hold anything, utime and stime are the 12th and 13th.
    const [user = 0, system = 0] = read('stat').split(') ').at(-1)?.split(' ').slice(11, 13).map(Number) ?? [];
    return { megabytes: Number(kilobytes) / 1024, ms: TICK_MS * (user + system) };
  } catch {
    return { megabytes: 0, ms: 0 };
  }
}
