/** The recorded scenarios as the comparison reads them: what was run, in which surroundings, and what the node was afterwards. */
import type { Fault } from '../../native/simulator/faults.ts';
import type { Json } from '../conformance/json.ts';
import { recordings, seedsOf } from '../support/peer-traces.ts';

/** How many scenarios there are: one that went missing would not be missed otherwise. */
export const SCENARIOS = 176;

export interface RecordedState {
  readonly endpoints: readonly Json[];
  /** Those that have resources. */
  readonly namespaces: readonly Json[];
  /** Networks of the seed with ID, Name and Seeded; others in full. */
  readonly networks: readonly Json[];
  readonly computeSystems?: readonly Json[];
  /** Path below `C:\`, with slashes, and content; null is an empty folder. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** Something done to the service between two commands. */
export type Control =
  | { readonly cmd: 'namespace'; readonly delete: string }
  | { readonly cmd: 'system'; readonly id: string; readonly remove?: boolean };

interface Ended {
  readonly exitCode: number;
  /** JSON where it was JSON. */
  readonly stdout: unknown;
  readonly faults?: readonly Fault[];
  readonly stateAfter: RecordedState;
}

/** A plugin started as a runtime does. */
export interface PluginStep extends Ended {
  readonly plugin: string;
  /** All `CNI_*` that were set. */
  readonly env: Readonly<Record<string, string>>;
  /** The configuration; a string is stdin as it was. */
  readonly stdin: unknown;
}

/** cnitool, which starts the plugin itself. */
export interface ClientStep extends Ended {
  /** `cnitool v1.3.0`. */
  readonly client: string;
  /** `add cbr0 5B0A8F4E-…`. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Files of the configuration folder, from this step on. */
  readonly netConf?: Readonly<Record<string, Json>>;
}

export interface ControlStep {
  readonly control: Control;
  readonly stateAfter: RecordedState;
}

export type Step = PluginStep | ClientStep | ControlStep;

export interface Scenario {
  readonly name: string;
  /** `win-bridge`, `ms-nat`. */
  readonly peer: string;
  readonly description: string;
  readonly seeds: readonly (string | object)[];
  readonly steps: readonly Step[];
}

/** All of them, or those whose name matches a pattern with `*`. */
export function scenarios(glob = '*'): readonly Scenario[] {
  const pattern = new RegExp(`^${glob.split('*').map(literally).join('.*')}$`);
  return (recordings('') as unknown as readonly Scenario[]).filter(({ name }) => pattern.test(name));
}

const literally = (text: string): string => text.replaceAll(/[^\w-]/g, (character) => `\\${character}`);

/** The seed documents of a scenario. */
export const seedDocuments = ({ name, seeds }: Scenario): readonly unknown[] => seedsOf({ name, seeds, steps: [] });
