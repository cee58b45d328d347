/** The most memory that a program had while it ran, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface PeakMemory {
  /** In MB, so far. */
  readonly end: () => number;
}

const EVERY_MS = 20;

/** Looks again and again at every process with an argument that ends in the file name `program`, those that start it included. */
export function peakMemory(program: string): PeakMemory {
  let peak = 0;
  const look = (): void => {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      peak = Math.max(peak, peakOf(id, program));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** 0 for any other process, and for one that has ended meanwhile. */
function peakOf(id: string, program: string): number {
  try {
    const argv = readFileSync(`/proc/${id}/cmdline`, 'latin1').split('\0');
    if (!argv.some((one) => one.split(/[\\/]/).at(-1) === program)) return 0;
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
