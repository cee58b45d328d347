/** The recorded peer traces under test/fixtures, typed as far as the replay reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Fault } from '../../native/simulator/faults.ts';

const FOLDER = new URL('../fixtures/peer-traces/', import.meta.url);

/** One recorded call; placeholders such as `{{endpoint:1}}` stand for what HNS chose. */
export interface RecordedCall {
  readonly process: string;
  readonly function: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly hresult: string;
  readonly handle?: string;
  readonly response?: unknown;
  readonly error?: unknown;
  readonly killed?: boolean;
}

/** What the recordings do to the node by other means than its services. */
export type RecordedControl =
  | { readonly cmd: 'namespace'; readonly delete: string }
  | { readonly cmd: 'system'; readonly id: string; readonly remove?: boolean };

export interface RecordedStep {
  readonly command?: string;
  /** Something done to the service between two commands. */
  readonly control?: RecordedControl;
  readonly faults?: readonly Fault[];
  readonly calls?: readonly RecordedCall[];
  readonly processes?: readonly unknown[];
  readonly stateAfter?: {
    readonly endpoints: readonly unknown[];
    readonly namespaces: readonly unknown[];
    /** Those of the seeds by name only, those made since in full. */
    readonly networks: readonly { readonly Seeded: boolean }[];
    /** Absent when there are none. */
    readonly computeSystems?: readonly unknown[];
  };
}

export interface Recording {
  readonly name: string;
  /** Names of files under seeds/, or seed documents. */
  readonly seeds: readonly (string | object)[];
  readonly steps: readonly RecordedStep[];
}

const read = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

/** The seed documents of a recording. */
export const seedsOf = ({ seeds }: Recording): readonly unknown[] =>
  seeds.map((seed) => (typeof seed === 'string' ? seedNamed(seed) : seed));

/** A seed document by its name. */
export const seedNamed = (name: string): unknown => JSON.parse(read(`seeds/${name}.json`));

/** Every recording, or those whose names begin with `prefix`. */
export const recordings = (prefix = ''): readonly Recording[] =>
  readdirSync(FOLDER)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(read(file)) as Recording);
