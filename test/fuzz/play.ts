/** Plays one case on a target and judges it: what the command said, and what it left. */
import { sep } from 'node:path';
import { decodeConfig } from '../../src/spec/command.ts';
import { type Case, documentOf, envOf, SAMPLES, stdinOf } from './case.ts';
import { type Ended, wrongOf } from './judge.ts';
import type { Start, Target } from './target.ts';

/** A node, and what stands on it between two cases. */
export interface Stage {
  readonly target: Target;
  /** The result of the pod that is there; undefined when it has to be made. */
  standing: unknown;
  left: Left;
}

interface Left {
  readonly objects: readonly string[];
  readonly files: readonly string[];
}

const PLAIN = { status: 0, mutations: [], encoding: { kind: 'utf-8' } } as const;

export const stageOf = (target: Target): Stage => ({ target, standing: undefined, left: { objects: [], files: [] } });

/** What is wrong with the case; undefined when nothing is. Then the stage is as before, apart from its standing pod. */
export async function play(stage: Stage, one: Case): Promise<string | undefined> {
  const { target } = stage;
  if (stage.standing === undefined) await stand(stage, one.sample);
  const before = stage.left;
  const start: Start = {
    env: envOf(one, target.place),
    stdin: stdinOf(one, documentOf(one, stage.standing), target.place),
    one,
  };
  const ended = await target.start(start);
  const config = configIn(start.stdin);
  const wrong = wrongOf({ verb: start.env['CNI_COMMAND'], config, ...kindOf(one, config) }, ended);
  if (wrong !== undefined) return `${wrong}: ${ended.code ?? 'no code'} ${ended.stdout}`;
  stage.left = leftOn(target);
  return (await wrongState(stage, { start, config, ended, before })) ?? strayIn(stage, config);
}

interface Played {
  readonly start: Start;
  readonly config: unknown;
  readonly ended: Ended;
  readonly before: Left;
}

async function wrongState(stage: Stage, { start, config, ended, before }: Played): Promise<string | undefined> {
  const verb = start.env['CNI_COMMAND'];
  if (verb === 'ADD' && ended.code === 0) {
    if (same(stage.left, before)) return 'an ADD that succeeded left nothing';
    const gone = await stage.target.start({ ...start, env: { ...start.env, CNI_COMMAND: 'DEL' } });
    if (gone.code !== 0) return `DEL of what ADD made: ${gone.stdout}`;
    stage.left = leftOn(stage.target);
  }
  const files = minus(stage.left.files, before.files);
  // The log stays, under whatever name.
  const named = files.length === 0 ? [] : textsIn(config).map(stage.target.resolve);
  const added = [...minus(stage.left.objects, before.objects), ...minus(files, named)];
  if (added.length > 0) return `left behind: ${added.join(', ')}`;
  if (same(stage.left, before)) return undefined;
  stage.standing = undefined;
  return verb === 'DEL' || verb === 'GC' ? undefined : `${verb ?? ''} took away what is another pod's`;
}

const minus = (all: readonly string[], known: readonly string[]): readonly string[] =>
  all.filter((each) => !known.includes(each));

const same = (one: Left, other: Left): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Makes the pod that CHECK, DEL and GC meet. */
async function stand(stage: Stage, sample: string): Promise<void> {
  const { target } = stage;
  const one: Case = {
    ...{ sample, verb: 'DEL', env: {}, mutations: [], encoding: PLAIN.encoding },
    ...{ runtime: [], executable: 'wincni', ipam: PLAIN },
  };
  const env = envOf(one, target.place);
  const stdin = Buffer.from(JSON.stringify(SAMPLES[sample]));
  // A DEL whose configuration named another folder has left its lease here.
  await target.start({ env, stdin, one });
  const { code, stdout } = await target.start({ env: { ...env, CNI_COMMAND: 'ADD' }, stdin, one });
  if (code !== 0) throw new Error(`the sample "${sample}" as it is does not work: ${stdout}`);
  stage.standing = JSON.parse(stdout);
  stage.left = leftOn(target);
}

function configIn(stdin: Buffer): unknown {
  try {
    return decodeConfig(stdin);
  } catch {
    return undefined;
  }
}

/** Whose result it is, by the names that the plugin goes by as well. */
function kindOf({ executable }: Case, config: unknown): { readonly isHostLocal: boolean; readonly isForeign: boolean } {
  const type = (config as { readonly type?: unknown } | undefined)?.type;
  const names = [executable, typeof type === 'string' ? type : ''];
  return {
    isHostLocal: names.some((name) => /^host-local/i.test(name)),
    isForeign: names.some((name) => /^flannel/i.test(name)) && textsIn(config).includes('fake-ipam'),
  };
}

/** What stays when no pod is there: the lock, the index, the place of the next search, the log, what flanneld left. */
const HOUSEKEEPING = /(?:^|\/)(?:lock|index|looked-at|last_reserved_ip\.\d+|[^/]*\.log(?:\.1)?|subnet\.env)$/;

const leftOn = ({ objects, files }: Target): Left => ({
  objects: [...objects()].sort(),
  files: files()
    .filter((file) => !HOUSEKEEPING.test(file))
    .sort(),
});

/** A file in a folder that neither the plugin's defaults nor the configuration names. */
function strayIn({ target }: Stage, config: unknown): string | undefined {
  const isIn =
    (file: string) =>
    (folder: string): boolean =>
      file === folder || file.startsWith(folder + sep);
  const strangers = target.files().filter((file) => !target.folders.some(isIn(file)));
  // What a case was told of stays where it is: the next one may not have been.
  const named = strangers.length === 0 ? [] : textsIn(config).map(target.resolve);
  const stray = strangers.find((file) => !named.some(isIn(file)));
  for (const file of strangers) target.forget(file);
  return stray === undefined ? undefined : `it wrote to "${stray}"`;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
