/** What a step leaves, in one form for both sides: lists become objects by name, so that a difference has a path that says of what. */
import type { Dump } from '../../native/simulator/seed.ts';
import { isObject, type Json, objects } from '../conformance/json.ts';
import { decoded } from './json.ts';
import type { RecordedState, Step } from './scenario.ts';

export interface Outcome {
  /** Not there for what is done to the service between two commands. */
  readonly exitCode?: number | null;
  /** JSON where it is JSON. */
  readonly stdout?: unknown;
  /** v2 documents by name. */
  readonly endpoints: Json;
  /** Those that have resources, by id. */
  readonly namespaces: Json;
  /** By name; networks of the seed with ID, Name and Seeded alone. */
  readonly networks: Json;
  /** By id. */
  readonly computeSystems: Json;
  /** Path below `C:\`, with slashes, and content; null is an empty folder. */
  readonly files: Json;
}

/** What the peer left. */
export function recordedOutcome(step: Step): Outcome {
  const left = stateOf(step.stateAfter);
  return 'control' in step ? left : { exitCode: step.exitCode, stdout: step.stdout, ...left };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
}

export interface Left {
  /** Not there when no command was run. */
  readonly ended?: Ended;
  readonly dump: Dump;
  readonly files: RecordedState['files'];
}

/** What our executable left. */
export function ourOutcome({ ended, dump, files }: Left): Outcome {
  const state = {
    endpoints: objects(dump.endpoints),
    namespaces: objects(dump.namespaces).filter(({ Resources }) => objects(Resources).length > 0),
    networks: objects(dump.networks).map((network) => (network['Seeded'] === true ? brief(network) : network)),
    computeSystems: objects(dump.computeSystems),
    files,
  };
  return ended === undefined
    ? stateOf(state)
    : { exitCode: ended.code, stdout: decoded(ended.stdout), ...stateOf(state) };
}

const brief = ({ ID, Name, Seeded }: Json): Json => ({ ID, Name, Seeded });

const stateOf = ({
  endpoints,
  namespaces,
  networks,
  computeSystems,
  files,
}: RecordedState): Omit<Outcome, 'exitCode'> => ({
  endpoints: byName(endpoints, 'Name'),
  namespaces: byName(namespaces, 'ID'),
  networks: byName(networks, 'Name'),
  computeSystems: byName(computeSystems ?? [], 'Id'),
  files,
});

/** The second of a name gets a number. */
function byName(list: readonly Json[], key: string): Json {
  const found: Record<string, Json> = {};
  for (const item of list) {
    const name = brieflyNamed(item[key]);
    const earlier = Object.keys(found).filter((each) => each === name || each.startsWith(`${name}#`)).length;
    found[earlier === 0 ? name : `${name}#${earlier + 1}`] = item;
  }
  return found;
}

/** Container ids are 62 or 64 digits: twelve of them tell, as in every runtime's own lists. */
const brieflyNamed = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/[0-9a-f]{40,}/g, (id) => id.slice(0, 12)) : '';

/** Whether what was printed is an error object of CNI (SPEC.md 1.1.0 section 5 "Error"). */
export const isError = (stdout: unknown): stdout is Json => isObject(stdout) && typeof stdout['code'] === 'number';
