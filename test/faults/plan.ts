/** Which points there are: what a command calls without faults is written down, and each call meets each kind of trouble. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brief } from './answers.ts';
import { type Bench, openField } from './field.ts';
import { changes, type Kind } from './kinds.ts';
import { attachAll, commandOf } from './point.ts';
import type { Scene } from './scene.ts';
import { atFile, inCall, listingFiles, type Trouble } from './trouble.ts';

/** What is wanted of the matrix. */
export interface Wanted {
  readonly kinds: readonly Kind[];
  /** When the process ends at a call that changes files; none where nobody can tell it to. */
  readonly fileKills: readonly ('before' | 'after')[];
  /** Each call once, of one kind after the other, and killed after each change. */
  readonly isSample: boolean;
  /** Whether each point is cleaned up in both ways, or one in this way and the next in the other. */
  readonly cleanUp: 'both ways' | 'in turns';
}

export interface Planned {
  readonly scene: Scene;
  /** "5 HcnCreateEndpoint", "file 3 rename cbr0/10.244.3.3". */
  readonly call: string;
  readonly kind: string;
  readonly trouble: Trouble;
}

/** The calls of a scene's command, in their order. */
export interface Recorded {
  readonly scene: Scene;
  readonly calls: readonly string[];
  readonly files: readonly string[];
}

export function planOf({ scene, calls, files }: Recorded, wanted: Wanted): readonly Planned[] {
  const inHns = calls.flatMap((name, at) =>
    kindsFor(name, at, wanted).map((kind) => ({
      scene,
      call: `${at + 1} ${name}`,
      kind: kind.name,
      trouble: inCall(at + 1, kind),
    })),
  );
  const onDisk = files.flatMap((name, at) =>
    wanted.fileKills.map((when) => ({
      scene,
      call: `file ${at + 1} ${name}`,
      kind: `kill ${when}`,
      trouble: atFile(at + 1, when),
    })),
  );
  return [...inHns, ...onDisk];
}

function kindsFor(call: string, at: number, { kinds, isSample }: Wanted): readonly Kind[] {
  const all = kinds.filter(({ applies }) => applies(call));
  return isSample ? all.filter((kind, index) => index === at % all.length || isLossy(kind, call)) : all;
}

/** What was changed, nobody was told. */
const isLossy = ({ name }: Kind, call: string): boolean => name === 'kill after' && changes(call);

/** Runs a scene's command without faults; a text says why the plugin does not serve it. */
export async function record(bench: Bench, scene: Scene, { fileKills }: Wanted): Promise<Recorded | string> {
  const field = await openField(bench, scene);
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const log = join(folder, 'log');
  try {
    await attachAll(bench, field, scene);
    const { trace, clearTrace } = field.machine.simulator.dispatcher;
    clearTrace();
    const { pod, conf } = commandOf(field, scene);
    const listing = fileKills.length === 0 ? {} : listingFiles(field, log);
    const ran = await field.run(scene.verb, pod, { ...listing, conf });
    if (ran.code !== 0) return `${scene.name}: without any fault: ${brief(ran.stdout || ran.stderr)}`;
    return { scene, calls: trace().map((entry) => entry.function), files: linesOf(log) };
  } finally {
    rmSync(folder, { recursive: true });
    await field.machine.end();
  }
}

/** A program that the library cannot be preloaded into writes nothing. */
function linesOf(log: string): readonly string[] {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').map(shortened);
  } catch {
    return [];
  }
}

/** Names of records are GUIDs, which tell nobody anything. */
const shortened = (line: string): string => line.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i, '{key}');
