/** The smallest PE32+ image that pe-align.js has something to do with: two sections, a debug entry, a signature. */

/** Where the headers begin in the image. */
export const COFF = 0x84;
export const OPTIONAL = COFF + 20;
const TABLE = OPTIONAL + 240;

export interface Section {
  readonly address: number;
  readonly size: number;
  readonly offset: number;
}

/** FileAlignment 512; section 1 at 0x400 holds 0x600 bytes of 1 and the debug entry, section 2 at 0xa00 512 bytes of 2. */
export function peImage(): Buffer {
  const image = Buffer.alloc(0xc00);
  image.write('MZ', 0, 'latin1');
  image.writeUInt32LE(COFF - 4, 0x3c);
  image.write('PE\0\0', COFF - 4, 'latin1');
  image.writeUInt16LE(2, COFF + 2);
  image.writeUInt32LE(0xb00, COFF + 8); // COFF symbols
  image.writeUInt16LE(240, COFF + 16);
  image.writeUInt16LE(0x20b, OPTIONAL);
  image.writeUInt32LE(4096, OPTIONAL + 32);
  image.writeUInt32LE(512, OPTIONAL + 36);
  image.writeUInt32LE(0x400, OPTIONAL + 60);
  image.writeUInt32LE(16, OPTIONAL + 108);
  writeDirectory(image, 4, [0xb80, 0x80]);
  writeDirectory(image, 6, [0x1000 + 0x5c0, 28]);
  writeSection(image, 0, { address: 0x1000, size: 0x600, offset: 0x400 });
  writeSection(image, 1, { address: 0x2000, size: 0x200, offset: 0xa00 });
  image.fill(1, 0x400, 0xa00);
  image.fill(2, 0xa00, 0xc00);
  image.writeUInt32LE(0x2010, 0x400 + 0x5c0 + 20);
  image.writeUInt32LE(0xa10, 0x400 + 0x5c0 + 24);
  return image;
}

export function section(image: Buffer, index: number): Section {
  const header = TABLE + 40 * index;
  return {
    address: image.readUInt32LE(header + 12),
    size: image.readUInt32LE(header + 16),
    offset: image.readUInt32LE(header + 20),
  };
}

/** Address (or, for a signature, place in the file) and size. */
export function directory(image: Buffer, index: number): readonly [number, number] {
  const at = OPTIONAL + 112 + 8 * index;
  return [image.readUInt32LE(at), image.readUInt32LE(at + 4)];
}

function writeDirectory(image: Buffer, index: number, [address, size]: readonly [number, number]): void {
  image.writeUInt32LE(address, OPTIONAL + 112 + 8 * index);
  image.writeUInt32LE(size, OPTIONAL + 116 + 8 * index);
}

function writeSection(image: Buffer, index: number, { address, size, offset }: Section): void {
  const header = TABLE + 40 * index;
  image.writeUInt32LE(address, header + 12);
  image.writeUInt32LE(size, header + 16);
  image.writeUInt32LE(offset, header + 20);
}
