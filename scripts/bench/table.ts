/** Tables that read the same on a terminal and as Markdown. Pure. */

/** The first column is text, the others are numbers. Short rows are filled up. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column] ?? '')].map(width)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((wide, column) => pad(cells[column] ?? '', wide, column)).join(' | ')} |`;
  const rule = widths.map((wide, column) => (column === 0 ? '-'.repeat(wide) : `${'-'.repeat(wide - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const width = (cell: string): number => Array.from(cell).length;

function pad(cell: string, wide: number, column: number): string {
  const space = ' '.repeat(wide - width(cell));
  return column === 0 ? `${cell}${space}` : `${space}${cell}`;
}
