/** The project's documents as tests read them: which there are, their tables, their JSON samples, their links. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folders that hold what others wrote or what is made. */
const SKIPPED = ['node_modules', 'dist', 'coverage', 'fixtures', '.git'];

/** Every *.md of the project, relative to its root. */
export function documents(folder = ROOT): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.includes(entry.name) ? [] : documents(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path)] : [];
  });
}

/** A file of the project, by its path from the root. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Each row of all tables of a document, as its cells without back quotes; head and ruler are rows, too. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

/** The text of every ```json block. */
export const jsonSamples = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, sample = '']) => sample);
