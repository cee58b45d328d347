/** Rewrites a Windows executable with page-aligned sections in the file. For Wine only: Windows gains nothing from it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A page. Wine maps a section from the file when it starts at a page there; any other one it reads into memory at start. */
export const PAGE = 4096;

// Offsets below: Microsoft's "PE Format": DOS header, COFF header, optional header PE32+, section table.
const PE32_PLUS = 0x20b;
const SECURITY = 4;
const DEBUG = 6;
const DEBUG_ENTRY_SIZE = 28;

/**
 * The same image with FileAlignment 4096 (what /FILEALIGN:4096 makes a linker write). A signature and COFF symbols, which
 * are no part of the loaded image, are left out. Throws an Error for anything that is not a 64-bit PE image.
 */
export function alignPe(image) {
  const pe = readLayout(image);
  const headerSize = roundUp(pe.headerSize);
  if (pe.sectionAlignment < PAGE || pe.sections.some((section) => section.address < headerSize)) {
    throw new Error(
      `Cannot align the image: sections are ${pe.sectionAlignment} bytes apart, expected at least ${PAGE}`,
    );
  }
  const moved = placeSections(pe.sections, headerSize);
  const aligned = Buffer.alloc(moved.end);
  image.copy(aligned, 0, 0, pe.headerSize);
  for (const { from, to, size } of moved.sections) image.copy(aligned, to, from, from + size);
  writeHeaders(aligned, { pe, headerSize, sections: moved.sections });
  return aligned;
}

/**
 * Takes the reference to a signature out of an image, in place. Whatever changes a signed image leaves a reference to bytes
 * that are no signature any more, which Windows calls damaged, and which signing tools refuse.
 */
export function dropSignature(image) {
  const pe = readLayout(image);
  if (image.readUInt32LE(pe.optional + 108) <= SECURITY) return image;
  return image.fill(0, directory(pe, SECURITY), directory(pe, SECURITY) + 8);
}

/** FileAlignment of an image, in bytes. */
export function fileAlignment(image) {
  return image.readUInt32LE(readLayout(image).optional + 36);
}

function roundUp(size) {
  return Math.ceil(size / PAGE) * PAGE;
}

function readLayout(image) {
  if (image.length < 0x40 || image.toString('latin1', 0, 2) !== 'MZ')
    throw new Error('Cannot read the image: no MZ at its start');
  const coff = image.readUInt32LE(0x3c) + 4;
  if (image.toString('latin1', coff - 4, coff) !== 'PE\0\0') throw new Error('Cannot read the image: no PE header');
  const optional = coff + 20;
  const magic = image.readUInt16LE(optional);
  if (magic !== PE32_PLUS) throw new Error(`Cannot read the image: magic ${magic}, expected ${PE32_PLUS} (PE32+)`);
  const table = optional + image.readUInt16LE(coff + 16);
  const sections = Array.from({ length: image.readUInt16LE(coff + 2) }, (_, index) =>
    readSection(image, table + 40 * index),
  );
  return {
    coff,
    optional,
    sections,
    sectionAlignment: image.readUInt32LE(optional + 32),
    headerSize: image.readUInt32LE(optional + 60),
  };
}

function readSection(image, header) {
  return {
    header,
    address: image.readUInt32LE(header + 12),
    size: image.readUInt32LE(header + 16),
    from: image.readUInt32LE(header + 20),
  };
}

/** Section data one after the other, each from a page's start; a section without data keeps none. */
function placeSections(sections, start) {
  let end = start;
  const placed = sections.map((section) => {
    const to = section.size === 0 ? 0 : end;
    end += roundUp(section.size);
    return { ...section, to };
  });
  return { sections: placed, end };
}

function writeHeaders(image, { pe, headerSize, sections }) {
  image.writeUInt32LE(PAGE, pe.optional + 36);
  image.writeUInt32LE(headerSize, pe.optional + 60);
  image.writeUInt32LE(0, pe.optional + 64); // CheckSum: looked at for drivers only
  image.fill(0, pe.coff + 8, pe.coff + 16); // symbol table: its data is not copied
  for (const { header, size, to } of sections) {
    image.writeUInt32LE(roundUp(size), header + 16);
    image.writeUInt32LE(to, header + 20);
  }
  dropSignature(image);
  if (image.readUInt32LE(pe.optional + 108) > DEBUG) moveDebugData(image, directory(pe, DEBUG), sections);
}

function directory(pe, index) {
  return pe.optional + 112 + 8 * index;
}

/** Debug entries name their data by place in the file too (PointerToRawData at 24); all else goes by address. */
function moveDebugData(image, entry, sections) {
  const start = fileOffset(sections, image.readUInt32LE(entry));
  if (start === undefined) return;
  const end = start + image.readUInt32LE(entry + 4);
  for (let at = start; at + DEBUG_ENTRY_SIZE <= end; at += DEBUG_ENTRY_SIZE) {
    image.writeUInt32LE(fileOffset(sections, image.readUInt32LE(at + 20)) ?? 0, at + 24);
  }
}

function fileOffset(sections, address) {
  const section = sections.find((s) => address >= s.address && address < s.address + s.size);
  return section === undefined ? undefined : section.to + address - section.address;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined) {
    console.error('usage: node scripts/pe-align.js FROM.exe TO.exe');
    process.exit(2);
  }
  writeFileSync(to, alignPe(readFileSync(from)), { mode: 0o755 });
}
