/** One point of the matrix: a command that is disturbed, the next pod's ADD, and one of two ways to clean up. */
import type { Json } from '../conformance/json.ts';
import { answerFindings, brief } from './answers.ts';
import { type Bench, type Field, openField, type Ran } from './field.ts';
import { type Finding, hang, leak, wrong } from './finding.ts';
import { addressFindings, attachedFindings, cleanFindings, type Told, toldBy } from './judge.ts';
import { FIRST, NEIGHBOUR, OTHER, type Scene, type ScenePod } from './scene.ts';
import type { Trouble } from './trouble.ts';

export type Branch = 'DEL' | 'GC';

export interface Play {
  readonly scene: Scene;
  readonly trouble: Trouble;
  readonly branch: Branch;
  /** Whether codes are judged by docs/errors.md. */
  readonly isOurs: boolean;
}

/** The command ended before it came to a call that it makes without faults. */
class Unmet extends Error {}

/** On a machine that is slow for a moment, a short time is over before the call that it is for. */
const PATIENCE = 10;

/** Plays it on a node of its own. */
export async function play(bench: Bench, one: Play): Promise<readonly Finding[]> {
  const patient = { ...bench, shortSeconds: bench.shortSeconds * PATIENCE };
  const isShort = one.trouble.fate === 'not answered';
  const found = (await playOnce(bench, one)) ?? (isShort ? await playOnce(patient, one) : undefined);
  return found ?? [wrong(`${one.scene.verb} did not come to the call that it makes without faults`)];
}

/** Undefined where the command did not come to the call. */
async function playOnce(bench: Bench, one: Play): Promise<readonly Finding[] | undefined> {
  const field = await openField(bench, one.scene);
  try {
    return await story(bench, field, one);
  } catch (failure) {
    if (failure instanceof Unmet) return undefined;
    return [wrong(`not played: ${failure instanceof Error ? failure.message : String(failure)}`)];
  } finally {
    await field.machine.end();
  }
}

async function story(bench: Bench, field: Field, one: Play): Promise<readonly Finding[]> {
  const { scene, trouble, branch } = one;
  const before = await attachAll(bench, field, scene);
  const alive = before.filter(({ pod }) => pod !== FIRST);
  const findings = [...(await disturbed(bench, field, one, alive))];
  // A runtime clears up after what it has killed or given up; HNS goes on only after that.
  if (trouble.fate === 'killed meanwhile' || trouble.fate === 'not answered') {
    findings.push(...quiet(await field.run('DEL', FIRST, { conf: field.conf(FIRST) }), 'DEL'));
  }
  const other = await field.run('ADD', OTHER, { conf: field.conf(OTHER) });
  if (other.code === 0) alive.push(toldBy(OTHER, other, bench.cniVersion));
  else findings.push(unserved(other, 'ADD of another pod'));
  field.machine.releaseHeld();
  for (const told of alive) findings.push(...attachedFindings(field, told));
  findings.push(...meanwhile(field), ...addressFindings(field, 'after ADD of another pod'));
  findings.push(...(await cleaned(field, branch, alive)));
  const left = await field.machine.leftovers();
  return left.length === 0 ? findings : [...findings, leak(`left open: ${JSON.stringify(left)}`)];
}

/** Attaches the pods that are there before; this is no part of the test. */
export async function attachAll(bench: Bench, field: Field, { before }: Scene): Promise<Told[]> {
  const told: Told[] = [];
  for (const pod of before) {
    const ran = await field.run('ADD', pod, { conf: field.conf(pod) });
    if (ran.code !== 0) throw new Error(`ADD without any fault: ${brief(ran.stdout || ran.stderr)}`);
    told.push(toldBy(pod, ran, bench.cniVersion));
  }
  return told;
}

/** The pod and the configuration of the command that a scene is about. */
export function commandOf(field: Field, { verb }: Scene): { readonly pod: ScenePod | undefined; readonly conf: Json } {
  return verb === 'GC'
    ? { pod: undefined, conf: field.conf(undefined, listOf([NEIGHBOUR])) }
    : { pod: FIRST, conf: field.conf(FIRST) };
}

/** Runs the command in its trouble, and looks at what it answered and left. */
async function disturbed(
  bench: Bench,
  field: Field,
  { scene, trouble, isOurs }: Play,
  alive: readonly Told[],
): Promise<readonly Finding[]> {
  const { verb } = scene;
  const { fate, hresult, isOpen } = trouble;
  const { pod, conf } = commandOf(field, scene);
  const short = fate === 'not answered' ? { timeoutSeconds: bench.shortSeconds } : {};
  const { command, end } = trouble.begin(field);
  const ran = await field.run(verb, pod, { ...command, conf: { ...conf, ...short } });
  if (!end(ran)) throw new Unmet();
  const found = addressFindings(field, `after ${verb}`);
  if (fate === 'killed' || fate === 'killed meanwhile') return found;
  if (ran.hung) return [...found, hang(`${verb} did not answer within ${bench.limitMs} ms`)];
  const question = { verb, cniVersion: bench.cniVersion, hresult, isOurs };
  const answered = [...found, ...answerFindings(ran, question)];
  if (verb === 'ADD' && ran.code === 0) {
    return [...answered, ...attachedFindings(field, toldBy(FIRST, ran, bench.cniVersion))];
  }
  // After an answer that leaves it open what HNS does, address and id may be set aside; and only DEL may have to come again.
  const isDone = verb === 'ADD' ? ran.code !== 0 : ran.code === 0;
  return isDone && !isOpen ? [...answered, ...cleanFindings(field, alive, `after ${verb}`)] : answered;
}

/** An endpoint that HNS made late was refused its address: it had been given away. */
function meanwhile({ machine }: Field): readonly Finding[] {
  const late = machine.simulator.dispatcher.trace().filter(({ fault }) => fault?.action === 'hold');
  return late.some((call) => call.function === 'HcnCreateEndpoint' && call.hresult === ALREADY_EXISTS)
    ? [leak('the address of an endpoint that HNS made late was given out meanwhile')]
    : [];
}
const ALREADY_EXISTS = '0x80071392';

/** One of the two ways to clean up, and, where tombstones are left, another command when their time is over. */
async function cleaned(field: Field, branch: Branch, alive: readonly Told[]): Promise<readonly Finding[]> {
  const ran =
    branch === 'DEL'
      ? await field.run('DEL', FIRST, { conf: field.conf(FIRST) })
      : await field.run('GC', undefined, { conf: field.conf(undefined, listOf(alive.map(({ pod }) => pod))) });
  const findings = [...quiet(ran, branch)];
  if (field.machine.records('tombstones').length > 0) {
    const due = field.conf(undefined, { tombstoneSeconds: 0 });
    findings.push(...quiet(await field.run('DEL', NOBODY, { conf: due }), 'DEL of another container'));
  }
  return [...findings, ...cleanFindings(field, alive, `after ${branch}`)];
}

const NOBODY = { containerId: 'nobody', ifname: 'eth0' };

/** GC's list of who is attached. */
export const listOf = (pods: readonly ScenePod[]): Readonly<Record<string, unknown>> => ({
  'cni.dev/valid-attachments': pods.map(({ containerId, ifname }) => ({ containerID: containerId, ifname })),
});

/** A command without a fault must succeed and print nothing. */
const quiet = (ran: Ran, what: string): readonly Finding[] =>
  ran.code === 0 && ran.stdout.trim() === '' ? [] : [unserved(ran, what)];

function unserved(ran: Ran, what: string): Finding {
  if (ran.hung) return hang(`${what} did not answer`);
  return wrong(`${what} ended with ${String(ran.code)}: ${brief(ran.stdout || ran.stderr)}`);
}
