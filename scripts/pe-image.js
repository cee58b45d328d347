/** Reads 64-bit Windows images (PE32+) and adds sections to them. Offsets are those of Microsoft's "PE Format". */

const PE32_PLUS = 0x20b;
const SECTION_HEADER = 40;
const DIRECTORIES = {
  imports: 1,
  exceptions: 3,
  security: 4,
  relocations: 5,
  debug: 6,
  loadConfig: 10,
  delayedImports: 13,
};

/**
 * Headers and sections of an image. `coff`, `optional`, `table` and each section's `header` are places in the file, each
 * `address` is relative to where the image is loaded. Throws an Error for anything that is not a 64-bit PE image.
 */
export function readPe(image) {
  if (image.length < 0x40 || image.toString('latin1', 0, 2) !== 'MZ')
    throw new Error('Cannot read the image: no MZ at its start');
  const coff = image.readUInt32LE(0x3c) + 4;
  if (image.toString('latin1', coff - 4, coff) !== 'PE\0\0') throw new Error('Cannot read the image: no PE header');
  const optional = coff + 20;
  const magic = image.readUInt16LE(optional);
  if (magic !== PE32_PLUS) throw new Error(`Cannot read the image: magic ${magic}, expected ${PE32_PLUS} (PE32+)`);
  const table = optional + image.readUInt16LE(coff + 16);
  const sections = Array.from({ length: image.readUInt16LE(coff + 2) }, (_, index) =>
    readSection(image, table + SECTION_HEADER * index),
  );
  return {
    image,
    coff,
    optional,
    table,
    sections,
    base: image.readBigUInt64LE(optional + 24),
    sectionAlignment: image.readUInt32LE(optional + 32),
    fileAlignment: image.readUInt32LE(optional + 36),
    headerSize: image.readUInt32LE(optional + 60),
  };
}

function readSection(image, header) {
  return {
    header,
    virtualSize: image.readUInt32LE(header + 8),
    address: image.readUInt32LE(header + 12),
    size: image.readUInt32LE(header + 16),
    from: image.readUInt32LE(header + 20),
  };
}

/** A data directory: the place of its entry (undefined where the image has none), and the address and size in it. */
export function directory({ image, optional }, name) {
  const index = DIRECTORIES[name];
  if (index >= image.readUInt32LE(optional + 108)) return { entry: undefined, address: 0, size: 0 };
  const entry = optional + 112 + 8 * index;
  return { entry, address: image.readUInt32LE(entry), size: image.readUInt32LE(entry + 4) };
}

/** Writes a data directory's entry in the image itself. */
export function setDirectory(pe, name, { address, size }) {
  const { entry } = directory(pe, name);
  if (entry === undefined) throw new Error(`Cannot write the image: it has no data directory for ${name}`);
  pe.image.writeUInt32LE(address, entry);
  pe.image.writeUInt32LE(size, entry + 4);
}

/** The place in the file of what is loaded at an address. Throws an Error where the file has no bytes for it. */
export function offsetOf({ sections }, address) {
  const section = sections.find((s) => address >= s.address && address < s.address + s.size);
  if (section === undefined) throw new Error(`Cannot read the image: nothing in the file for address ${address}`);
  return section.from + address - section.address;
}

/** The text at an address, up to its zero. */
export function textAt(pe, address) {
  const start = offsetOf(pe, address);
  return pe.image.toString('latin1', start, pe.image.indexOf(0, start));
}

/** The first address behind all sections. */
export function endOfImage({ sections, sectionAlignment }) {
  const { address, virtualSize, size } = sections.at(-1);
  return roundUp(address + Math.max(virtualSize, size), sectionAlignment);
}

/**
 * The image with more sections, `{ name, characteristics, data }` each, from `endOfImage()` on, each at the next multiple of the
 * section alignment.
 */
export function appendSections(pe, added) {
  if (pe.table + SECTION_HEADER * (pe.sections.length + added.length) > pe.headerSize)
    throw new Error(`Cannot add ${added.length} sections to the image: its headers have no room`);
  const parts = [padded(pe.image, pe.fileAlignment)];
  let address = endOfImage(pe);
  let from = parts[0].length;
  const headers = added.map(({ name, characteristics, data }) => {
    const content = padded(data, pe.fileAlignment);
    const header = Buffer.alloc(SECTION_HEADER);
    header.write(name, 'latin1');
    [data.length, address, content.length, from].forEach((value, index) => {
      header.writeUInt32LE(value, 8 + 4 * index);
    });
    header.writeUInt32LE(characteristics, 36);
    parts.push(content);
    address = roundUp(address + data.length, pe.sectionAlignment);
    from += content.length;
    return header;
  });
  const whole = Buffer.concat(parts);
  Buffer.concat(headers).copy(whole, pe.table + SECTION_HEADER * pe.sections.length);
  whole.writeUInt16LE(pe.sections.length + added.length, pe.coff + 2);
  whole.writeUInt32LE(address, pe.optional + 56); // SizeOfImage
  whole.writeUInt32LE(0, pe.optional + 64); // CheckSum: looked at for drivers only
  return whole;
}

/** The bytes, and zeros up to the next multiple of `unit`. */
export function padded(bytes, unit) {
  return Buffer.concat([bytes], roundUp(bytes.length, unit));
}

export function roundUp(size, unit) {
  return Math.ceil(size / unit) * unit;
}
