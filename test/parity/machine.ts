/** Where our executable runs in a peer's place: a system with the executable under the peers' names, and a C: drive for each scenario. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from './outcome.ts';

/** Names under which a runtime, or another plugin, may start the executable. */
export const NAMES = ['win-bridge', 'win-overlay', 'host-local', 'static', 'nat', 'sdnbridge', 'sdnoverlay'] as const;

export interface Start {
  /** One of NAMES. */
  readonly plugin: string;
  /** The whole environment, with what the executable needs to reach the simulator. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

export interface ToolStart {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files of the configuration folder, as texts by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The drive of one scenario: empty at first. */
export interface Drive {
  /** A path of the recording as our executable has to be told of it. */
  readonly path: (windowsPath: string) => string;
  readonly run: (start: Start) => Promise<Ended>;
  /** Runs the real cnitool; not there where there is none for this system. */
  readonly cnitool?: (start: ToolStart) => Promise<Ended>;
  /** What lies on the drive beside what the machine put there: path with slashes and content; null is an empty folder. */
  readonly files: () => Readonly<Record<string, string | null>>;
  readonly end: () => void;
}

export interface Machine {
  /** For the report. */
  readonly name: string;
  /** Several may be open at once. */
  readonly openDrive: () => Promise<Drive>;
  readonly end: () => Promise<void>;
}

/** Path and content of every file below a folder, or below those of its names; null for a folder that is empty. */
export const filesIn = (root: string, names: readonly string[] = readdirSync(root)): Files =>
  Object.fromEntries(names.flatMap((name) => contentOf(root, name)));

type Files = Readonly<Record<string, string | null>>;

function contentOf(root: string, path: string): readonly (readonly [string, string | null])[] {
  const place = join(root, path);
  if (!statSync(place).isDirectory()) return [[path, readFileSync(place, 'utf8')]];
  const inside = readdirSync(place);
  return inside.length === 0 ? [[`${path}/`, null]] : inside.flatMap((name) => contentOf(root, `${path}/${name}`));
}
