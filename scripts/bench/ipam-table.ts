/** The IPAM benchmark's measurements as a table: a line each for who does it, a column for how many leases there are. Pure. */
import { formatCount, formatRatio, formatSummary, type Summary } from './statistics.ts';
import { markdownTable } from './table.ts';

export const NODE_START = '`node -e 0`, one start';

/** What was measured: by whom, and with how many leases, where that plays a part. */
export interface Point {
  readonly series: string;
  readonly size: number | undefined;
}

export interface Line {
  readonly series: string;
  /** By the number of leases. */
  readonly at: ReadonlyMap<number, Summary>;
  /** Where leases play no part. */
  readonly always: Summary | undefined;
}

/** In the order in which they are named first. */
export function linesOf(points: readonly (Point & Summary)[]): readonly Line[] {
  return [...new Set(points.map(({ series }) => series))].map((series) => {
    const own = points.filter((point) => point.series === series);
    return {
      series,
      at: new Map(own.flatMap((point) => (point.size === undefined ? [] : [[point.size, point] as const]))),
      always: own.find(({ size }) => size === undefined),
    };
  });
}

export interface Table {
  readonly lives: readonly Line[];
  readonly sizes: readonly number[];
  /** Whom the others are compared with. */
  readonly peer: Line | undefined;
  readonly nodeStart: Line | undefined;
}

/** Growth is the last size's median by the first one's. */
export function tableOf({ lives, sizes, peer, nodeStart }: Table): string {
  const head = ['leases', ...sizes.map(formatCount), 'growth'];
  const [first = 0] = sizes;
  const last = sizes.at(-1) ?? 0;
  const ratio = (a: Summary | undefined, b: Summary | undefined): string =>
    a === undefined || b === undefined ? '' : formatRatio(a.median / b.median);
  const rows = lives.map((line) => [
    line.series,
    ...sizes.map((size) => textOf(line.at.get(size))),
    ratio(line.at.get(last), line.at.get(first)),
  ]);
  const compared = lives
    .filter((line) => peer !== undefined && line !== peer)
    .map((line) => [`${line.series} ÷ Debian's`, ...sizes.map((size) => ratio(line.at.get(size), peer?.at.get(size)))]);
  const start = nodeStart === undefined ? [] : [[nodeStart.series, textOf(nodeStart.always)]];
  return markdownTable(head, [...rows, ...compared, ...start]);
}

const textOf = (summary: Summary | undefined): string => (summary === undefined ? '' : formatSummary(summary));
