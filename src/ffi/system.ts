/** The platform under the FFI layer: where its libraries are, how memory is copied and freed, how the process ends. */
import { CniError, Code } from '../spec/error.ts';
import { type Bound, bind, isFfiLoaded } from './library.ts';
import { zeroed } from './memory.ts';

/** LOAD_LIBRARY_SEARCH_SYSTEM32 of libloaderapi.h. */
const SEARCH_SYSTEM32 = 0x800;
const MAX_PATH = 260;

const KERNEL32 = {
  SetDefaultDllDirectories: ['int32', ['uint32']],
  GetSystemDirectoryW: ['uint32', ['pointer', 'uint32']],
  lstrlenW: ['int32', ['pointer']],
  RtlMoveMemory: ['void', ['pointer', 'pointer', 'uint64']],
  GetCurrentProcess: ['pointer', []],
  TerminateProcess: ['int32', ['pointer', 'uint32']],
} as const;
const OLE32 = { CoTaskMemFree: ['void', ['pointer']] } as const;
const LIBC = { memcpy: ['pointer', ['pointer', 'pointer', 'uint64']], _exit: ['void', ['int32']] } as const;
/** What the simulator's library offers on Linux in place of kernel32 and ole32. */
const STAND_IN = { lstrlenW: ['int32', ['pointer']], CoTaskMemFree: ['void', ['pointer']] } as const;

/** The system a process runs on, as far as the calls into HNS need it. */
export interface System {
  /** The path to load a Windows DLL from, by its file name. */
  readonly pathOf: (dll: string) => string;
  /** The UTF-16 string at an address that HNS allocated: copied, then freed with CoTaskMemFree; "" for NULL. */
  readonly take: (address: bigint) => string;
  /** A copy of so many bytes at an address; who allocated them still has to free them. */
  readonly read: (address: bigint, bytes: number) => Buffer;
}

let kernel32: Bound<typeof KERNEL32> | undefined;

/**
 * Windows: system DLLs by absolute path from GetSystemDirectoryW, never by an environment value, and nothing is
 * searched outside System32 from here on (a DLL planted beside the executable or in the current folder stays unused).
 */
export function windowsSystem(): System {
  kernel32 ??= bind('kernel32.dll', KERNEL32);
  const { sync } = kernel32;
  sync.SetDefaultDllDirectories(SEARCH_SYSTEM32);
  const folder = zeroed(2 * MAX_PATH);
  const length = sync.GetSystemDirectoryW(folder, MAX_PATH);
  // Without it "\\ole32.dll" would be looked for at the root of the current drive, where others may write.
  if (length === 0 || length >= MAX_PATH) throw new CniError(Code.Internal, 'Cannot ask Windows for its system folder');
  const system32 = folder.toString('utf16le', 0, 2 * length);
  const ole32 = bind(`${system32}\\ole32.dll`, OLE32);
  return {
    pathOf: (dll) => `${system32}\\${dll}`,
    ...readers({
      length: sync.lstrlenW,
      copy: sync.RtlMoveMemory,
      free: ole32.sync.CoTaskMemFree,
    }),
  };
}

/** Linux, for development and tests: every DLL is the simulator's one library at `library`. */
export function simulatorSystem(library: string): System {
  const details = 'the simulator library is built by: npm run setup';
  const standIn = bind(library, STAND_IN, { code: Code.HnsUnavailable, details });
  return {
    pathOf: () => library,
    ...readers({
      length: standIn.sync.lstrlenW,
      copy: bind('', LIBC).sync.memcpy,
      free: standIn.sync.CoTaskMemFree,
    }),
  };
}

interface Memory {
  readonly length: (address: bigint) => number;
  readonly copy: (target: Buffer, source: bigint, bytes: number) => unknown;
  readonly free: (address: bigint) => unknown;
}

function readers(memory: Memory): Pick<System, 'take' | 'read'> {
  const read = (address: bigint, bytes: number): Buffer => {
    const copy = zeroed(bytes);
    if (bytes > 0) memory.copy(copy, address, bytes);
    return copy;
  };
  const take = (address: bigint): string => {
    if (address === 0n) return '';
    try {
      return read(address, 2 * memory.length(address)).toString('utf16le');
    } finally {
      memory.free(address);
    }
  };
  return { take, read };
}

/**
 * Ends the process now, whatever its pool threads do: a call that hangs in HNS would hold `process.exit` up, because
 * libuv joins its threads. Only what is already written with a synchronous write reaches anyone.
 */
export function hardExit(status: number): never {
  if (isFfiLoaded()) {
    if (process.platform === 'win32') {
      kernel32 ??= bind('kernel32.dll', KERNEL32);
      kernel32.sync.TerminateProcess(kernel32.sync.GetCurrentProcess(), status);
    } else {
      bind('', LIBC).sync._exit(status);
    }
  }
  return process.exit(status);
}
