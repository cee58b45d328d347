/** From where and when a Windows executable gets its libraries: some at their first call, none from outside System32. */
import {
  appendSections,
  directory,
  endOfImage,
  offsetOf,
  padded,
  readPe,
  roundUp,
  setDirectory,
  textAt,
} from './pe-image.js';
import { stubsFor } from './pe-stubs.js';

/** LOAD_LIBRARY_SEARCH_SYSTEM32 (libloaderapi.h), in DependentLoadFlags of IMAGE_LOAD_CONFIG_DIRECTORY64 (winnt.h). */
const SYSTEM32 = 0x800;
const DEPENDENT_LOAD_FLAGS = 78;

const PAGE = 4096;
const DESCRIPTOR = 20;
const BY_ORDINAL = 1n << 63n;
/** IMAGE_REL_BASED_DIR64 (winnt.h), above the place in the page: eight bytes there move along with the image. */
const DIR64 = 10 << 12;
/** Characteristics of sections: data, and with it writing; code, which is read and executed. */
const [DATA, WRITABLE, CODE] = [0x40000040, 0xc0000040, 0x60000020];

/**
 * Has Windows look for imported libraries in System32 alone (what /DEPENDENTLOADFLAG:0x800 makes a linker write; Windows 10 1607
 * and later), in the image itself.
 */
export function importFromSystem32(image) {
  const pe = readPe(image);
  const { address, size } = directory(pe, 'loadConfig');
  if (size < DEPENDENT_LOAD_FLAGS + 2)
    throw new Error('Cannot set where imports come from: the image has no place for it');
  image.writeUInt16LE(SYSTEM32, offsetOf(pe, address) + DEPENDENT_LOAD_FLAGS);
  return image;
}

/**
 * The same program with delayed imports from `libraries` (what /DELAYLOAD makes a linker write): each is loaded, from System32,
 * when a function of it is first called. Its code stays as it is: it calls through slots, and theirs now hold the addresses of stubs.
 * What the image does not import is left out. Throws an Error for imports without a name.
 */
export function delayImports(image, libraries) {
  const pe = readPe(Buffer.from(image));
  const imports = readImports(pe);
  const isLate = ({ library }) => libraries.some((name) => name.toLowerCase() === library.toLowerCase());
  const late = withSlots(imports.filter(isLate), endOfImage(pe));
  if (late.length === 0) return pe.image;
  const codeAt = roundUp(late.at(-1).end, pe.sectionAlignment);
  const functions = late.flatMap((one) => one.functions.map((f) => ({ ...f, library: one.name })));
  const { data: code, finder, stubs } = stubsFor({ at: codeAt, functions, kernel: kernelSlots(imports) });
  const found = functions.map((f, index) => ({ ...f, ...stubs[index] }));
  const tables = {
    delayedImports: delayedImports(late),
    relocations: relocations(
      pe,
      found.flatMap(({ place, slot }) => [place, slot]),
    ),
    exceptions: exceptions(pe, finder),
  };
  keepImports(
    pe,
    imports,
    imports.filter((one) => !isLate(one)),
  );
  for (const { place, stub } of found) pe.image.writeBigUInt64LE(pe.base + BigInt(stub), offsetOf(pe, place));
  return appendSections(pe, [
    { name: '.dslots', characteristics: WRITABLE, data: slotsOf(pe, late, found) },
    { name: '.dstubs', characteristics: CODE, data: code },
    {
      name: '.dtables',
      characteristics: DATA,
      data: placeTables(pe, tables, roundUp(codeAt + code.length, pe.sectionAlignment)),
    },
  ]);
}

/** Each imported library: where its descriptor is in the file, the addresses in it, and its functions. */
function readImports(pe) {
  const imports = [];
  for (let at = offsetOf(pe, directory(pe, 'imports').address); ; at += DESCRIPTOR) {
    const [names, name, slots] = [0, 12, 16].map((field) => pe.image.readUInt32LE(at + field));
    if (name === 0) return imports;
    imports.push({ at, name, names, library: textAt(pe, name), functions: readFunctions(pe, names, slots) });
  }
}

/** `place` is the address of the slot that code calls through; `name` that of a text behind two bytes of hint, undefined for an ordinal. */
function readFunctions(pe, names, slots) {
  const functions = [];
  for (let index = 0; ; index++) {
    const entry = pe.image.readBigUInt64LE(offsetOf(pe, names) + 8 * index);
    if (entry === 0n) return functions;
    const name = (entry & BY_ORDINAL) === 0n ? Number(entry) + 2 : undefined;
    functions.push({ name, place: slots + 8 * index, text: name === undefined ? undefined : textAt(pe, name) });
  }
}

/** Addresses for what the list of delayed imports names: of each library a slot for every function, a zero, and a handle. */
function withSlots(libraries, start) {
  let at = start;
  return libraries.map((one) => {
    if (one.functions.some(({ name }) => name === undefined))
      throw new Error(`Cannot delay the import of "${one.library}": it has a function without a name`);
    const handle = at + 8 * (one.functions.length + 1);
    const placed = { ...one, slots: at, handle, end: handle + 8 };
    const functions = one.functions.map((f, index) => ({ ...f, slot: placed.slots + 8 * index }));
    at = placed.end;
    return { ...placed, functions };
  });
}

function slotsOf({ base }, late, functions) {
  const start = late[0].slots;
  const data = Buffer.alloc(late.at(-1).end - start);
  for (const { slot, first } of functions) data.writeBigUInt64LE(base + BigInt(first), slot - start);
  return data;
}

function kernelSlots(imports) {
  const functions = imports.find(({ library }) => library.toLowerCase() === 'kernel32.dll')?.functions ?? [];
  const slotOf = (name) => {
    const found = functions.find(({ text }) => text === name);
    if (found === undefined) throw new Error(`Cannot delay imports: the image does not import ${name} of kernel32`);
    return [name, found.place];
  };
  return Object.fromEntries(['LoadLibraryExA', 'GetProcAddress', 'RaiseException'].map(slotOf));
}

/** Makes the list of imports shorter, where it is. */
function keepImports(pe, imports, kept) {
  const { address, size } = directory(pe, 'imports');
  const list = Buffer.concat(kept.map(({ at }) => pe.image.subarray(at, at + DESCRIPTOR)));
  padded(list, DESCRIPTOR * imports.length).copy(pe.image, offsetOf(pe, address));
  setDirectory(pe, 'imports', { address, size: size - DESCRIPTOR * (imports.length - kept.length) });
}

/** Puts tables one after the other from address `at` on, since where they were they have no room, and tells the image of it. */
function placeTables(pe, tables, at) {
  const parts = [];
  let address = at;
  for (const [name, table] of Object.entries(tables)) {
    setDirectory(pe, name, { address, size: table.length });
    parts.push(padded(table, 16));
    address += parts.at(-1).length;
  }
  return Buffer.concat(parts);
}

/** IMAGE_DELAYLOAD_DESCRIPTOR (winnt.h) for each library, its addresses relative to the image (1); at the end one of zeros. */
function delayedImports(late) {
  const list = Buffer.alloc(32 * (late.length + 1));
  for (const [index, { name, handle, slots, names }] of late.entries()) {
    for (const [field, value] of [1, name, handle, slots, names].entries()) {
      list.writeUInt32LE(value, 32 * index + 4 * field);
    }
  }
  return list;
}

/** Goes by address: what is added is behind all other code. */
function exceptions(pe, { from, to, unwind }) {
  const { address, size } = directory(pe, 'exceptions');
  const old = offsetOf(pe, address);
  const own = Buffer.alloc(12);
  for (const [field, value] of [from, to, unwind].entries()) own.writeUInt32LE(value, 4 * field);
  return Buffer.concat([pe.image.subarray(old, old + size), own]);
}

/** Base relocations: a block for each page that has them, here with those of eight bytes at `places`. */
function relocations(pe, places) {
  const { address, size } = directory(pe, 'relocations');
  const pages = new Map();
  const add = (page, more) => pages.set(page, [...(pages.get(page) ?? []), ...more]);
  const start = offsetOf(pe, address);
  for (let at = start, length; at < start + size; at += length) {
    length = pe.image.readUInt32LE(at + 4);
    add(
      pe.image.readUInt32LE(at),
      Array.from({ length: (length - 8) / 2 }, (_, index) => pe.image.readUInt16LE(at + 8 + 2 * index)),
    );
  }
  for (const place of places) add(place - (place % PAGE), [DIR64 | (place % PAGE)]);
  return Buffer.concat([...pages].sort(([a], [b]) => a - b).map(([page, entries]) => block(page, entries)));
}

/** An entry of zero says nothing: one makes an odd number even. */
function block(page, entries) {
  const used = entries.filter((entry) => entry !== 0);
  const bytes = Buffer.alloc(8 + 4 * Math.ceil(used.length / 2));
  bytes.writeUInt32LE(page);
  bytes.writeUInt32LE(bytes.length, 4);
  for (const [index, entry] of used.entries()) bytes.writeUInt16LE(entry, 8 + 2 * index);
  return bytes;
}
