/** Calls into C libraries: a table of signatures becomes typed functions, synchronous or on a pool thread. */
import { CniError, type CniErrorOptions, Code } from '../spec/error.ts';
import { type Addons, loadAddons } from './addons.ts';
import { zeroed } from './memory.ts';

export type CType = 'void' | 'int32' | 'uint32' | 'uint64' | 'pointer';
/** Result type, then parameter types, as the C header has them. */
export type Signature = readonly [CType, readonly CType[]];
export type Signatures = Readonly<Record<string, Signature>>;

/** A Buffer is passed by address and kept alive until the call returns; null is NULL; an address is a bigint. */
export type Argument = number | bigint | Buffer | null;

export type Result<S extends Signature> = S[0] extends 'void'
  ? undefined
  : S[0] extends 'pointer' | 'uint64'
    ? bigint
    : number;

export type Sync<T extends Signatures> = { readonly [K in keyof T]: (...args: readonly Argument[]) => Result<T[K]> };
export type Async<T extends Signatures> = {
  readonly [K in keyof T]: (...args: readonly Argument[]) => Promise<Result<T[K]>>;
};

export interface Bound<T extends Signatures> {
  /** Blocks the thread: for calls that return at once. */
  readonly sync: Sync<T>;
  /** Runs on a libuv pool thread, so that the main thread can give up on it; arguments stay alive until it returns. */
  readonly async: Async<T>;
}

let addons: Addons | undefined;
const loaded = (): Addons => (addons ??= loadAddons());

/** Whether a C library has been loaded in this process: how the process may end depends on it. */
export const isFfiLoaded = (): boolean => addons !== undefined;

const POINTER = 8;
const RTLD_NOW = 2;

/** Of the error where a library, or a function in it, is not there. */
export type Absence = CniErrorOptions & { readonly code: Code };

const OF_HNS: Absence = { code: Code.HnsUnavailable };

/**
 * Binds the functions of `table` in the library at `path`; "" is the process itself (libc on Linux).
 * Symbols are looked up when first called: a missing export hurts only who needs it.
 */
export function bind<T extends Signatures>(path: string, table: T, absence: Absence = OF_HNS): Bound<T> {
  const { ffi } = loaded();
  let library: Buffer | undefined;
  const prepared = new Map<string, Prepared>();
  const prepare = (name: string): Prepared => {
    const known = prepared.get(name);
    if (known !== undefined) return known;
    library ??= openLibrary(path, absence);
    const made = { cif: cifOf(table[name] as Signature), code: symbol({ library, path, absence }, name) };
    prepared.set(name, made);
    return made;
  };
  const sync: Record<string, unknown> = {};
  const async: Record<string, unknown> = {};
  for (const [name, signature] of Object.entries(table)) {
    sync[name] = (...args: readonly Argument[]): unknown => {
      const { cif, code } = prepare(name);
      const frame = frameOf(signature, args);
      ffi.ffi_call(cif.handle, code, frame.result, frame.pointers);
      return resultOf(signature[0], frame.result);
    };
    async[name] = (...args: readonly Argument[]): Promise<unknown> => callAsync(prepare(name), signature, args);
  }
  return { sync: sync as Sync<T>, async: async as Async<T> };
}

interface Prepared {
  readonly cif: Cif;
  readonly code: Buffer;
}

function callAsync({ cif, code }: Prepared, signature: Signature, args: readonly Argument[]): Promise<unknown> {
  const frame = frameOf(signature, args);
  return new Promise((resolve, reject) => {
    loaded().ffi.ffi_call_async(cif.handle, code, frame.result, frame.pointers, (failure) => {
      // `frame` and `args` are named here so that their memory outlives the call.
      if (failure !== null && failure !== undefined)
        reject(new Error('ffi_call_async failed', { cause: { failure, frame, args } }));
      else resolve(resultOf(signature[0], frame.result));
    });
  });
}

interface Cif {
  readonly handle: Buffer;
  /** libffi keeps a pointer to the parameter types for as long as the cif is used. */
  readonly types: Buffer;
}

function cifOf([result, parameters]: Signature): Cif {
  const { ffi } = loaded();
  const handle = zeroed(ffi.FFI_CIF_SIZE);
  const types = zeroed(Math.max(1, parameters.length) * POINTER);
  for (const [index, parameter] of parameters.entries()) {
    types.writeBigUInt64LE(addressOf(typeOf(parameter)), index * POINTER);
  }
  const status = ffi.ffi_prep_cif(handle, parameters.length, typeOf(result), types, ffi.FFI_DEFAULT_ABI);
  if (status !== ffi.FFI_OK) throw new Error(`ffi_prep_cif answered ${status}`);
  return { handle, types };
}

function typeOf(name: CType): Buffer {
  const type = loaded().ffi.FFI_TYPES[name];
  if (type === undefined) throw new Error(`no C type "${name}"`);
  return type;
}

interface Frame {
  readonly result: Buffer;
  /** `void **`: where each argument's value stands. */
  readonly pointers: Buffer;
}

/** One block a call: the result, the argument values, and the pointers to them. */
function frameOf([, parameters]: Signature, args: readonly Argument[]): Frame {
  if (args.length !== parameters.length) throw new Error(`expected ${parameters.length} arguments, got ${args.length}`);
  const count = args.length;
  const block = zeroed((1 + 2 * count) * POINTER);
  const base = addressOf(block);
  for (const [index, argument] of args.entries()) {
    const slot = (1 + index) * POINTER;
    block.writeBigUInt64LE(wordOf(argument), slot);
    block.writeBigUInt64LE(base + BigInt(slot), slot + count * POINTER);
  }
  return { result: block.subarray(0, POINTER), pointers: block.subarray((1 + count) * POINTER) };
}

function wordOf(argument: Argument): bigint {
  if (argument === null) return 0n;
  if (Buffer.isBuffer(argument)) return addressOf(argument);
  return BigInt.asUintN(64, BigInt(argument));
}

function resultOf(type: CType, result: Buffer): number | bigint | undefined {
  switch (type) {
    case 'void':
      return undefined;
    case 'int32':
      return result.readInt32LE(0);
    case 'uint32':
      return result.readUInt32LE(0);
    case 'uint64':
    case 'pointer':
      return result.readBigUInt64LE(0);
    default:
      return type satisfies never;
  }
}

/** The address of a Buffer's first byte. */
export function addressOf(buffer: Buffer): bigint {
  return BigInt(loaded().ref.address(buffer));
}

/** Calls one of the addon's own dl functions; `code` is its pointer. */
function dl(code: Buffer, signature: Signature, ...args: readonly Argument[]): Buffer {
  const frame = frameOf(signature, args);
  loaded().ffi.ffi_call(cifOf(signature).handle, code, frame.result, frame.pointers);
  return frame.result;
}

function openLibrary(path: string, absence: Absence): Buffer {
  const { dlopen } = loaded().ffi.StaticFunctions;
  const name = path === '' ? null : Buffer.from(`${path}\0`, 'utf8');
  const result = dl(dlopen, ['pointer', ['pointer', 'int32']], name, RTLD_NOW);
  if (result.readBigUInt64LE(0) !== 0n) return result;
  throw missing(`Cannot load "${path}": ${lastError()}`, absence);
}

function symbol(from: { library: Buffer; path: string; absence: Absence }, name: string): Buffer {
  const { ffi, ref } = loaded();
  const text = Buffer.from(`${name}\0`, 'utf8');
  const handle = from.library.readBigUInt64LE(0);
  const result = dl(ffi.StaticFunctions.dlsym, ['pointer', ['pointer', 'pointer']], handle, text);
  if (result.readBigUInt64LE(0) !== 0n) return ref.readPointer(result, 0, 0);
  throw missing(`Cannot find "${name}" in "${from.path}": ${lastError()}`, from.absence);
}

const missing = (message: string, { code, ...options }: Absence): CniError => new CniError(code, message, options);

/** The addon's dlerror: "Win32 error 126" on Windows, the linker's words on Linux. */
function lastError(): string {
  const { ffi, ref } = loaded();
  const result = dl(ffi.StaticFunctions.dlerror, ['pointer', []]);
  if (result.readBigUInt64LE(0) === 0n) return 'no reason given';
  const chars = ref.readPointer(result, 0, 512);
  return chars.subarray(0, Math.max(0, chars.indexOf(0))).toString('utf8');
}
