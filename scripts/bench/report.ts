/** What a benchmark answers, and what becomes of it: lines on stdout and, where asked for, a section of the page and its plot. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSection } from './page.ts';
import { drawn, type Plot } from './plot.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** Small and few: shows that the benchmark works, and nothing about speed. */
  readonly quick: boolean;
  /** A folder with the executables of others. */
  readonly peers?: string | undefined;
  /** How many come and go, where pods do. */
  readonly pods?: number | undefined;
  /** Only what has this in its name. */
  readonly only?: string | undefined;
  readonly say: (line: string) => void;
}

export interface Report {
  readonly title: string;
  /** Markdown, which stdout gets, too. */
  readonly body: string;
  readonly plot: Plot | undefined;
}

export interface Context {
  readonly name: string;
  /** As typed. */
  readonly command: string;
  readonly machine: string;
  readonly date: Date;
}

/** The measurements with how they came about. */
export const bodyOf = ({ body }: Report, { command, machine, date }: Context): string =>
  [`\`${command}\`, ${date.toISOString().slice(0, 10)}: ${machine}.`, body.trim()].join('\n\n');

/** Writes performance.md and, with a plot, performance-NAME.svg; answers the paths. */
export async function writeReport(report: Report, context: Context, folder: string): Promise<readonly string[]> {
  const { name } = context;
  const { title, plot } = report;
  const picture = `performance-${name}.svg`;
  const body = bodyOf(report, context);
  const page = join(folder, 'performance.md');
  const old = existsSync(page) ? readFileSync(page, 'utf8') : undefined;
  const whole = plot === undefined ? body : `${body}\n\n![${plot.title}](${picture})`;
  const next = withSection(old, { name, title, body: whole });
  if (plot !== undefined) writeFileSync(join(folder, picture), await drawn(plot));
  writeFileSync(page, next);
  return plot === undefined ? [page] : [page, join(folder, picture)];
}
