/** Rewrites a Windows executable with page-aligned sections in the file. For Wine only: Windows gains nothing from it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { directory, readPe, roundUp, setDirectory } from './pe-image.js';

/** A page. Wine maps a section from the file when it starts at a page there; any other one it reads into memory at start. */
export const PAGE = 4096;

const DEBUG_ENTRY_SIZE = 28;

/**
 * The same image with FileAlignment 4096 (what /FILEALIGN:4096 makes a linker write). A signature and COFF symbols, which
 * are no part of the loaded image, are left out. Throws an Error for anything that is not a 64-bit PE image.
 */
export function alignPe(image) {
  const pe = readPe(image);
  const headerSize = roundUp(pe.headerSize, PAGE);
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
  const pe = readPe(image);
  if (directory(pe, 'security').entry !== undefined) setDirectory(pe, 'security', { address: 0, size: 0 });
  return image;
}

/** FileAlignment of an image, in bytes. */
export function fileAlignment(image) {
  return readPe(image).fileAlignment;
}

/** Section data one after the other, each from a page's start; a section without data keeps none. */
function placeSections(sections, start) {
  let end = start;
  const placed = sections.map((section) => {
    const to = section.size === 0 ? 0 : end;
    end += roundUp(section.size, PAGE);
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
    image.writeUInt32LE(roundUp(size, PAGE), header + 16);
    image.writeUInt32LE(to, header + 20);
  }
  dropSignature(image);
  moveDebugData(image, directory(pe, 'debug'), sections);
}

/** Debug entries name their data by place in the file too (PointerToRawData at 24); all else goes by address. */
function moveDebugData(image, { address, size }, sections) {
  const start = newOffset(sections, address);
  if (start === undefined) return;
  for (let at = start; at + DEBUG_ENTRY_SIZE <= start + size; at += DEBUG_ENTRY_SIZE) {
    image.writeUInt32LE(newOffset(sections, image.readUInt32LE(at + 20)) ?? 0, at + 24);
  }
}

function newOffset(sections, address) {
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
