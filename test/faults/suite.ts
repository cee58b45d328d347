/** The matrix of a plugin: every point of what its commands call, some at a time, and what was found at each. */
import { abilities } from './abilities.ts';
import type { Bench } from './field.ts';
import type { Finding } from './finding.ts';
import { type Planned, planOf, type Recorded, record, type Wanted } from './plan.ts';
import { type Branch, play } from './point.ts';
import type { Scene } from './scene.ts';

export interface Options extends Omit<Bench, 'cniVersion' | 'hasHostPorts'>, Wanted {
  readonly scenes: readonly Scene[];
  /** Whether codes are judged by docs/errors.md. */
  readonly isOurs: boolean;
  readonly atOnce: number;
}

export interface Point {
  readonly scene: string;
  readonly call: string;
  readonly kind: string;
  readonly findings: readonly Finding[];
}

export interface Matrix {
  readonly points: readonly Point[];
  /** Names of all that was to be done, in their order. */
  readonly kinds: readonly string[];
  /** Commands that the plugin does not serve, and why; what could not be seen of others. */
  readonly skipped: readonly string[];
}

export async function runMatrix(options: Options): Promise<Matrix> {
  const { hasGc, ...able } = await abilities(options);
  const bench: Bench = { ...options, ...able };
  const records: (Recorded | string)[] = [];
  for (const scene of options.scenes) {
    const isServed = scene.verb !== 'GC' || hasGc;
    records.push(isServed ? await record(bench, scene, options) : `${scene.name}: the plugin does not serve it`);
  }
  const recorded = records.filter((each) => typeof each !== 'string');
  const blind = recorded.filter(({ files }) => options.fileKills.length > 0 && files.length === 0);
  const planned = recorded.flatMap((each) => planOf(each, options));
  const points: Point[] = [];
  const queue = [...planned.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, one] = next;
      points[index] = await judged(bench, one, { isOurs: options.isOurs, branches: branchesOf(index, hasGc, options) });
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return {
    points,
    kinds: options.kinds.map(({ name }) => name),
    skipped: [
      ...records.filter((each) => typeof each === 'string'),
      ...blind.map(({ scene }) => `files of ${scene.name}: no call was seen that changes one`),
    ],
  };
}

function branchesOf(index: number, hasGc: boolean, { cleanUp }: Wanted): readonly Branch[] {
  if (!hasGc) return ['DEL'];
  if (cleanUp === 'in turns') return index % 2 === 0 ? ['DEL'] : ['GC'];
  return ['DEL', 'GC'];
}

async function judged(
  bench: Bench,
  { scene, call, kind, trouble }: Planned,
  { isOurs, branches }: { readonly isOurs: boolean; readonly branches: readonly Branch[] },
): Promise<Point> {
  const findings: Finding[] = [];
  for (const branch of branches) findings.push(...(await play(bench, { scene, trouble, branch, isOurs })));
  return { scene: scene.name, call, kind, findings: distinct(findings) };
}

/** What both ways have found is told once. */
const distinct = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter((one, index) => findings.findIndex(({ is, text }) => is === one.is && text === one.text) === index);
