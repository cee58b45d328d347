/** The two native addons, ref-napi's and ffi-napi's: found or unpacked, loaded, and typed. Nothing else here calls C. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { getAsset, getRawAsset, isSea } from 'node:sea';
import { CniError, Code } from '../spec/error.ts';

/** What this project uses of ref-napi's addon (ref-napi src/binding.cc). */
export interface RefAddon {
  readonly instance: unknown;
  /** The address of a Buffer's first byte; exact, since user space ends below 2^53. */
  readonly address: (buffer: Buffer) => number;
  /** A Buffer of `size` bytes over the memory that the pointer at `offset` names. */
  readonly readPointer: (buffer: Buffer, offset: number, size: number) => Buffer;
}

/** What this project uses of ffi-napi's addon (ffi-napi src/ffi.cc); Buffers stand for `ffi_type *`, `ffi_cif *`, code. */
export interface FfiAddon {
  readonly FFI_CIF_SIZE: number;
  readonly FFI_DEFAULT_ABI: number;
  readonly FFI_OK: number;
  readonly FFI_TYPES: Readonly<Record<string, Buffer>>;
  readonly StaticFunctions: { readonly dlopen: Buffer; readonly dlsym: Buffer; readonly dlerror: Buffer };
  readonly ffi_prep_cif: (cif: Buffer, count: number, result: Buffer, types: Buffer, abi: number) => number;
  readonly ffi_call: (cif: Buffer, code: Buffer, result: Buffer, args: Buffer) => void;
  readonly ffi_call_async: (
    cif: Buffer,
    code: Buffer,
    result: Buffer,
    args: Buffer,
    done: (e: unknown) => void,
  ) => void;
}

export interface Addons {
  readonly ref: RefAddon;
  readonly ffi: FfiAddon;
}

const FILES = { ref: 'ref.node', ffi: 'ffi.node' } as const;

/** Loads both addons; throws code 999 naming the file when one cannot be loaded. */
export function loadAddons(): Addons {
  const paths = isSea() ? unpackAddons(dirname(process.execPath)) : installed();
  const ref = load(paths.ref) as RefAddon;
  // Bindings are initialised at once: ffi-napi aborts a process that ends with its addon loaded but not initialised.
  const raw = load(paths.ffi) as { readonly initializeBindings: (instance: unknown) => FfiAddon };
  return { ref, ffi: raw.initializeBindings(ref.instance) };
}

function load(path: string): unknown {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (cause) {
    throw new CniError(Code.Internal, `Cannot load the addon "${path}": ${(cause as Error).message}`, { cause });
  }
  return module.exports;
}

/** The prebuilt addons inside node_modules, for a run from source or from the bare bundle. */
function installed(): { ref: string; ffi: string } {
  const { createRequire } = process.getBuiltinModule('node:module');
  const require = createRequire(join(process.argv[1] ?? process.cwd(), '..', 'x.js'));
  const prebuilt = (name: string, file: string): string =>
    join(dirname(require.resolve(`${name}/package.json`)), 'prebuilds', `${process.platform}-${process.arch}`, file);
  return { ref: prebuilt('ref-napi', 'node.napi.node'), ffi: prebuilt('ffi-napi', 'node.napi.uv1.node') };
}

/**
 * Unpacks the addons beside the executable, into a folder named after their content: who can write there owns the
 * plugin anyway, and a new version never has to replace a file that a running one has mapped.
 */
export function unpackAddons(folder: string): { ref: string; ffi: string } {
  const home = join(folder, `wincni-addons-${getAsset('addons.id', 'utf8')}`);
  return { ref: place(home, FILES.ref), ffi: place(home, FILES.ffi) };
}

/** Leaves `file` in `home` with exactly the bytes of the asset; compared at every start, replaced when they differ. */
function place(home: string, file: string): string {
  const wanted = Buffer.from(getRawAsset(file) as ArrayBuffer);
  const path = join(home, file);
  if (sameBytes(path, wanted)) return path;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(home, { recursive: true, mode: 0o755 });
    writeFileSync(temporary, wanted, { flush: true });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    // Another first start may have put it there, and may have it mapped, which Windows does not let us replace.
    if (sameBytes(path, wanted)) return path;
    throw new CniError(Code.Io, `Cannot unpack "${basename(path)}" into "${home}": ${(cause as Error).message}`, {
      cause,
      details: 'the folder of the executable must be writable for the account that starts it the first time',
    });
  }
  return path;
}

/** Not by readFileSync, which asks how long the file is first: on Windows that takes as long as reading it. */
function sameBytes(path: string, wanted: Buffer): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const found = Buffer.allocUnsafeSlow(wanted.length + 1);
    return found.subarray(0, readSync(file, found)).equals(wanted);
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
