/** The reviewed list: one file for each peer in explained/. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Entry } from './judge.ts';

const FOLDER = new URL('explained/', import.meta.url);

export function explained(): readonly Entry[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Entry[]);
}
