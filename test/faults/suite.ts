/** The matrix of a plugin: what its commands call without faults, every point of that, and what was found at each. */
import { texts } from '../conformance/json.ts';
import type { Subject } from '../conformance/subject.ts';
import { brief } from './answers.ts';
import { type Bench, openField } from './field.ts';
import type { Finding } from './finding.ts';
import { changes, KINDS, type Kind } from './kinds.ts';
import { attachAll, type Branch, commandOf, play } from './point.ts';
import { SCENES, type Scene } from './scene.ts';
import { inCall, type Trouble } from './trouble.ts';

export interface Options {
  readonly subject: Subject;
  readonly cniPath: string;
  /** Whether codes are judged by docs/errors.md. */
  readonly isOurs: boolean;
  readonly limitMs: number;
  readonly shortSeconds: number;
  readonly atOnce: number;
  readonly kinds?: readonly Kind[];
  readonly scenes?: readonly Scene[];
  /** Each call once, of one kind after the other, and killed after each change; cleaned up in one of the two ways. */
  readonly isSample?: boolean;
}

export interface Point {
  readonly scene: string;
  /** "5 HcnCreateEndpoint". */
  readonly call: string;
  readonly kind: string;
  readonly findings: readonly Finding[];
}

export interface Matrix {
  readonly points: readonly Point[];
  /** Names of all that was to be done, in their order. */
  readonly kinds: readonly string[];
  /** Scenes that the plugin does not serve, and why. */
  readonly skipped: readonly string[];
}

interface Planned extends Omit<Point, 'scene' | 'findings'> {
  readonly scene: Scene;
  readonly trouble: Trouble;
}

export async function runMatrix(options: Options): Promise<Matrix> {
  const bench: Bench = { ...options, cniVersion: await newestVersion(options) };
  const scenes: { readonly scene: Scene; readonly calls: readonly string[] | string }[] = [];
  for (const scene of options.scenes ?? SCENES) scenes.push({ scene, calls: await callsOf(bench, scene) });
  const skipped = scenes.flatMap(({ scene, calls }) => (typeof calls === 'string' ? [`${scene.name}: ${calls}`] : []));
  const planned = scenes.flatMap(({ scene, calls }) => (typeof calls === 'string' ? [] : plan(scene, calls, options)));
  const hasGc = scenes.some(({ scene, calls }) => scene.verb === 'GC' && typeof calls !== 'string');
  const points: Point[] = [];
  const queue = [...planned.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, one] = next;
      points[index] = await judged(bench, one, { isOurs: options.isOurs, branches: branchesOf(index, hasGc, options) });
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return { points, kinds: (options.kinds ?? KINDS).map(({ name }) => name), skipped };
}

const branchesOf = (index: number, hasGc: boolean, { isSample = false }: Options): readonly Branch[] => {
  if (!hasGc) return ['DEL'];
  if (isSample) return index % 2 === 0 ? ['DEL'] : ['GC'];
  return ['DEL', 'GC'];
};

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

function plan(
  scene: Scene,
  calls: readonly string[],
  { kinds = KINDS, isSample = false }: Options,
): readonly Planned[] {
  return calls.flatMap((name, index) => {
    const all = kinds.filter(({ applies }) => applies(name));
    const wanted = isSample ? all.filter((kind, at) => at === index % all.length || isLossy(kind, name)) : all;
    return wanted.map((kind) => ({
      scene,
      call: `${index + 1} ${name}`,
      kind: kind.name,
      trouble: inCall(index + 1, kind),
    }));
  });
}

/** What was changed, nobody was told. */
const isLossy = ({ name }: Kind, call: string): boolean => name === 'kill after' && changes(call);

/** The HNS calls of a scene's command without faults, in their order; or why the plugin does not serve it. */
async function callsOf(bench: Bench, scene: Scene): Promise<readonly string[] | string> {
  if (scene.verb === 'GC' && bench.cniVersion !== '1.1.0') return `version ${bench.cniVersion} has no GC`;
  const field = await openField(bench, scene);
  try {
    await attachAll(bench, field, scene);
    field.machine.simulator.dispatcher.clearTrace();
    const { pod, conf } = commandOf(field, scene);
    const ran = await field.run(scene.verb, pod, { conf });
    if (ran.code !== 0) return `without any fault: ${brief(ran.stdout || ran.stderr)}`;
    return field.machine.simulator.dispatcher.trace().map((entry) => entry.function);
  } finally {
    await field.machine.end();
  }
}

/** 1.1.0 where the plugin speaks it, for the sake of GC. */
async function newestVersion(options: Options): Promise<string> {
  const field = await openField({ ...options, cniVersion: '1.0.0' }, SCENES[0] as Scene);
  try {
    const { json } = await field.run('VERSION', undefined, { conf: { cniVersion: '1.0.0' } });
    return texts(json?.['supportedVersions']).includes('1.1.0') ? '1.1.0' : '1.0.0';
  } finally {
    await field.machine.end();
  }
}
