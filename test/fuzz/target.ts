/** What cases are played on: the node in this process, or the one of the executable. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hns } from '../../native/simulator/hns.ts';
import type { Environment } from '../../src/spec/command.ts';
import type { Case, Place } from './case.ts';
import type { Ended } from './judge.ts';

export interface Start {
  readonly env: Environment;
  readonly stdin: Buffer;
  /** Under which name it is started, and what the IPAM plugin does. */
  readonly one: Pick<Case, 'executable' | 'ipam'>;
}

export interface Target {
  readonly place: Place;
  readonly start: (start: Start) => Promise<Ended>;
  /** Endpoints and members of namespaces. */
  readonly objects: () => readonly string[];
  /** Every file on the node, by absolute path. */
  readonly files: () => readonly string[];
  /** Folders that the plugin writes to without being told. */
  readonly folders: readonly string[];
  /** Where a path of a configuration leads on this machine. */
  readonly resolve: (path: string) => string;
  /** Removes a file, so that the next case is not asked about it. */
  readonly forget: (file: string) => void;
  readonly end: () => Promise<void>;
}

/** Endpoints and members of namespaces, as texts to compare. */
export function objectsOf(hns: Hns): readonly string[] {
  const { endpoints, namespaces } = hns.dump();
  const members = namespaces.flatMap((one) => (one as { readonly Resources?: unknown[] }).Resources ?? []);
  return [...endpoints, ...members].map((one) => JSON.stringify(one));
}

/** None where there is no such folder. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
