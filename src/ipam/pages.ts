/** Numbers and bytes at positions of a file: pages are read when they are needed, and only changed ones are written. */

export const PAGE = 4096;

/** Nothing that is read or put may cross the edge of a page. */
export interface Pages {
  readonly u32: (at: number) => number;
  readonly f64: (at: number) => number;
  readonly bytes: (at: number, length: number) => Uint8Array;
  readonly putU32: (at: number, value: number) => void;
  readonly putF64: (at: number, value: number) => void;
  readonly put: (at: number, bytes: Uint8Array) => void;
  /** What has been put since they were opened, in order of position, adjacent pages as one. */
  readonly changed: () => readonly { readonly position: number; readonly bytes: Uint8Array }[];
}

/** `read` answers a page's bytes; without it all of them are zero. */
export function pagesOf(read: (position: number) => Buffer = () => Buffer.alloc(PAGE)): Pages {
  const pages = new Map<number, Buffer>();
  const dirty = new Set<number>();
  const pageAt = (at: number): Buffer => {
    const number = Math.floor(at / PAGE);
    let page = pages.get(number);
    if (page === undefined) {
      page = read(number * PAGE);
      pages.set(number, page);
    }
    return page;
  };
  const toChange = (at: number): Buffer => {
    dirty.add(Math.floor(at / PAGE));
    return pageAt(at);
  };
  return {
    u32: (at) => pageAt(at).readUInt32LE(at % PAGE),
    f64: (at) => pageAt(at).readDoubleLE(at % PAGE),
    bytes: (at, length) => pageAt(at).subarray(at % PAGE, (at % PAGE) + length),
    putU32: (at, value) => {
      toChange(at).writeUInt32LE(value, at % PAGE);
    },
    putF64: (at, value) => {
      toChange(at).writeDoubleLE(value, at % PAGE);
    },
    put: (at, bytes) => {
      toChange(at).set(bytes, at % PAGE);
    },
    changed: () =>
      runsOf([...dirty].sort((a, b) => a - b)).map(([first, length]) => ({
        position: first * PAGE,
        bytes: Buffer.concat(Array.from({ length }, (_, index) => pageAt((first + index) * PAGE))),
      })),
  };
}

/** Adjacent numbers together, each run as its first number and its length. */
function runsOf(sorted: readonly number[]): readonly (readonly [first: number, length: number])[] {
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run[0] + run[1] === number) run[1]++;
    else runs.push([number, 1]);
  }
  return runs;
}
