/** Which boot this is and how long it has lasted, from sources that setting the clock does not move. */
import { readFileSync } from 'node:fs';
import { CniError, Code } from '../spec/error.ts';
import { bind } from './library.ts';
import { zeroed } from './memory.ts';
import { outPointer, wide } from './strings.ts';
import { windowsSystem } from './system.ts';

export interface BootClock {
  /** Another text after each boot. */
  readonly bootId: () => string;
  /** Milliseconds since the boot. */
  readonly uptimeMs: () => number;
}

export interface BootClockOptions {
  /** Stands in for the machine's own boot: the simulator's, in tests. */
  readonly bootId?: string | undefined;
}

/** The clock of this machine; the sources are read when they are asked for. */
export function createBootClock({ bootId }: BootClockOptions): BootClock {
  const clock = process.platform === 'win32' ? windowsClock() : linuxClock();
  return bootId === undefined || bootId === '' ? clock : { ...clock, bootId: () => bootId };
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Linux: the kernel's boot_id (random(4)) and its monotonic clock. */
function linuxClock(): BootClock {
  return {
    bootId: once(() => readBootId(BOOT_ID)),
    // CLOCK_MONOTONIC counts from the boot (clock_gettime(2)).
    uptimeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  };
}

function readBootId(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new CniError(Code.Io, `Cannot read the boot id in "${path}": ${(cause as Error).message}`, { cause });
  }
}

const KERNEL32 = { GetTickCount64: ['uint64', []] } as const;
const ADVAPI32 = {
  RegCreateKeyExW: [
    'int32',
    ['pointer', 'pointer', 'uint32', 'pointer', 'uint32', 'uint32', 'pointer', 'pointer', 'pointer'],
  ],
  RegQueryInfoKeyW: [
    'int32',
    [
      ...(['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'] as const),
      ...(['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'] as const),
    ],
  ],
  RegCloseKey: ['int32', ['pointer']],
} as const;
/** winreg.h: the predefined handle is sign-extended to 64 bits. */
const HKEY_LOCAL_MACHINE = 0xffffffff80000002n;
/** winnt.h: such a key lives in memory only and is gone after a restart of Windows. */
const REG_OPTION_VOLATILE = 1;
/** winnt.h: KEY_QUERY_VALUE | KEY_WOW64_64KEY. */
const ACCESS = 0x1 | 0x100;
const KEY = 'SOFTWARE\\wincni\\boot';

/**
 * Windows: the moment at which the first command after a boot made a volatile registry key, and the uptime in
 * GetTickCount64. The key stays empty, so its last write is its making, and that is one step: of two first commands
 * one makes the key and both read the same. See docs/decisions/0007-boot-identity.md.
 */
function windowsClock(): BootClock {
  return {
    bootId: once(() => volatileId(windowsSystem().pathOf('advapi32.dll'))),
    uptimeMs: () => Number(bind('kernel32.dll', KERNEL32).sync.GetTickCount64()),
  };
}

/** The key's FILETIME (100 ns since 1601) in hexadecimal. */
function volatileId(advapi32Path: string): string {
  const advapi32 = bind(advapi32Path, ADVAPI32).sync;
  const check = (status: number, step: string): void => {
    if (status === 0) return;
    throw new CniError(Code.Io, `Cannot ${step} the registry key "HKLM\\${KEY}": system error ${status}`, {
      details: 'it tells the current boot; the plugin must run with the rights of SYSTEM or an administrator',
    });
  };
  const out = outPointer();
  const made = [HKEY_LOCAL_MACHINE, wide(KEY), 0, null, REG_OPTION_VOLATILE, ACCESS, null, out, null] as const;
  check(advapi32.RegCreateKeyExW(...made), 'open or make');
  const key = out.readBigUInt64LE(0);
  try {
    const lastWrite = zeroed(8);
    check(advapi32.RegQueryInfoKeyW(key, ...Array<null>(10).fill(null), lastWrite), 'read');
    return lastWrite.readBigUInt64LE(0).toString(16).padStart(16, '0');
  } finally {
    advapi32.RegCloseKey(key);
  }
}

/** Asked for only when a lease is stamped: most commands do without. */
function once(read: () => string): () => string {
  let known: string | undefined;
  return () => {
    known ??= read();
    return known;
  };
}
