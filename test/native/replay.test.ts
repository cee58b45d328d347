/** Replays what a peer plugin was recorded to do through the C entry points, and compares every answer and state. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Args, Reply } from '../../native/simulator/call.ts';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { hex } from '../../native/simulator/errors.ts';
import { buildNative } from '../../scripts/build-native.js';
import { type Caller, startCaller } from '../support/caller.ts';
import { type Bindings, bound, compare, type Difference } from '../support/compare.ts';
import {
  type RecordedCall,
  type RecordedControl,
  type RecordedStep,
  type Recording,
  recordings,
  seedsOf,
} from '../support/peer-traces.ts';
import { EXCEPTIONS, type Exception } from './replay-exceptions.ts';

type Found = Omit<Exception, 'reason'>;
const KILLED = 137;
/** How long a process that has ended may take to be noticed. */
const SETTLE_MS = 5000;

async function replay(recording: Recording): Promise<readonly Found[]> {
  const simulator = await startSimulator({ seeds: seedsOf(recording) });
  try {
    return await replayOn(simulator, recording);
  } finally {
    await simulator.stop();
  }
}

async function replayOn(simulator: LocalSimulator, recording: Recording): Promise<readonly Found[]> {
  const bindings: Bindings = { byPlaceholder: new Map() };
  const found: Found[] = [];
  for (const [step, recorded] of recording.steps.entries()) {
    const note = (call: Found['call'], differences: readonly Difference[]): void => {
      for (const each of differences) found.push({ file: recording.name, step, call, ...each });
    };
    await replayStep({ simulator, bindings, note }, recorded);
  }
  return found;
}

interface Stage {
  readonly simulator: LocalSimulator;
  readonly bindings: Bindings;
  readonly note: (call: Found['call'], differences: readonly Difference[]) => void;
}

async function replayStep(stage: Stage, step: RecordedStep): Promise<void> {
  const { simulator, bindings, note } = stage;
  if (step.control !== undefined) await carryOut(simulator, step.control);
  await simulator.setFaults(step.faults ?? []);
  const calls = step.calls ?? [];
  if (calls.length > 0) await replayCalls(stage, calls);
  if (step.processes !== undefined) note('processes', compareProcesses(await simulator.processes(), step.processes));
  await simulator.forgetProcesses();
  // Handles are numbered anew in each step.
  for (const name of bindings.byPlaceholder.keys())
    if (name.startsWith('{{handle')) bindings.byPlaceholder.delete(name);
  if (step.stateAfter === undefined) return;
  const { endpoints, namespaces, networks, computeSystems = [] } = step.stateAfter;
  const ours = simulator.hns.dump();
  note('state', compare({ recorded: endpoints, ours: ours.endpoints }, 'endpoints', bindings));
  const used = ours.namespaces.filter(({ Resources }) => Array.isArray(Resources) && Resources.length > 0);
  note('state', compare({ recorded: namespaces, ours: used }, 'namespaces', bindings));
  const shown = ours.networks.map((each) => (each['Seeded'] === true ? named(each) : each));
  note('state', compare({ recorded: networks, ours: shown }, 'networks', bindings));
  note('state', compare({ recorded: computeSystems, ours: ours.computeSystems }, 'computeSystems', bindings));
}

const named = ({ ID, Name, Seeded }: Readonly<Record<string, unknown>>): object => ({ ID, Name, Seeded });

async function carryOut(simulator: LocalSimulator, control: RecordedControl): Promise<void> {
  if (control.cmd === 'namespace') {
    const reply = await simulator.call({ function: 'HcnDeleteNamespace', args: { id: control.delete } });
    assert.is(reply.hresult, 0);
  } else if (control.remove === true) await simulator.endSystem(control.id);
  else await simulator.seed({ computeSystems: [{ Id: control.id }] });
}

async function replayCalls(stage: Stage, calls: readonly RecordedCall[]): Promise<void> {
  const caller = startCaller(stage.simulator.address, calls[0]?.process);
  try {
    for (const [index, recorded] of calls.entries()) await replayCall(stage, caller, { index, recorded });
  } finally {
    await caller.end();
  }
  await stage.simulator.settle(SETTLE_MS);
}

async function replayCall(
  { simulator, bindings, note }: Stage,
  caller: Caller,
  { index, recorded }: { readonly index: number; readonly recorded: RecordedCall },
): Promise<void> {
  const reply = await caller.call(recorded.function, argsOf(recorded, bindings));
  if (recorded.killed === true) {
    // Its answer never reached the caller; the trace has it.
    assert.is(reply, undefined, 'the caller lives on');
    assert.is(await caller.end(), KILLED);
    assert.is((await simulator.trace()).at(-1)?.killed, true);
    return;
  }
  assert.ok(reply, `${recorded.function} ended its caller`);
  note(index, compareReply(recorded, reply, bindings));
}

/** The recorded request as the export's arguments: documents as text, placeholders as what they stand for. */
function argsOf({ request }: RecordedCall, bindings: Bindings): Args {
  return Object.fromEntries(
    Object.entries(request).map(([name, value]) => {
      const text = bound(typeof value === 'string' ? value : JSON.stringify(value), bindings);
      return [name, /^\{\{handle/.test(String(value)) ? Number(text) : text];
    }),
  );
}

function compareReply(recorded: RecordedCall, reply: Reply, bindings: Bindings): readonly Difference[] {
  const { hresult, handle, response, error } = recorded;
  const pairs: Readonly<Record<string, Omit<Difference, 'field'>>> = {
    hresult: { recorded: hresult, ours: hex(reply.hresult) },
    handle: { recorded: handle, ours: reply.handle },
    response: { recorded: response, ours: decoded(reply.response) },
    error: { recorded: error, ours: decoded(reply.error) },
  };
  return Object.entries(pairs).flatMap(([field, pair]) => compare(pair, field, bindings));
}

const decoded = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** Processes that were not killed: strings allocated and freed, and handles left open. */
function compareProcesses(
  ours: Awaited<ReturnType<LocalSimulator['processes']>>,
  recorded: readonly unknown[],
): readonly Difference[] {
  const ended = ours
    .filter((each) => each.ended === 'ended')
    .map(({ exe, allocs, frees, live, openHandles }) => ({ exe, allocs, frees, live, openHandles }));
  return compare({ recorded, ours: ended }, 'processes', { byPlaceholder: new Map() });
}

const test = suite('replay of recorded peer traces');
const all = recordings();
const seen: Found[] = [];

const callsIn = ({ steps }: Recording): number => steps.reduce((total, { calls = [] }) => total + calls.length, 0);

const keyOf = ({ file, step, call, field, recorded, ours }: Found): string =>
  JSON.stringify([file, step, call, field, recorded ?? null, ours ?? null]);
const excepted = new Set(EXCEPTIONS.map(keyOf));

test.before(() => {
  buildNative();
});

/** Files, those of them that have calls, and their calls: what has none is compared by its states alone. */
const COUNTS: Readonly<Record<string, readonly [number, number, number]>> = {
  cnitool: [9, 8, 266],
  'host-local': [20, 0, 0],
  'ms-nat': [18, 15, 485],
  'ms-sdnbridge': [22, 21, 547],
  'ms-sdnoverlay': [4, 4, 89],
  static: [1, 0, 0],
  'win-bridge-v1': [16, 16, 335],
  'win-bridge-v2': [66, 61, 1775],
  'win-overlay-v1': [10, 10, 160],
  'win-overlay-v2': [10, 9, 220],
};

for (const [peer, expected] of Object.entries(COUNTS)) {
  test(`${peer}: ${expected[2]} calls in ${expected[1]} of ${expected[0]} recordings`, () => {
    const calls = all.filter(({ name }) => name.startsWith(peer)).map(callsIn);
    const sum = calls.reduce((total, each) => total + each, 0);
    assert.equal([calls.length, calls.filter((each) => each > 0).length, sum], expected);
  });
}

test('no recording is left out', () => {
  const counted = Object.values(COUNTS).map(([files]) => files);
  assert.is(
    all.length,
    counted.reduce((total, each) => total + each, 0),
  );
  assert.is(all.length, 176);
});

for (const recording of all) {
  test(recording.name, async () => {
    const found = await replay(recording);
    seen.push(...found);
    const unexpected = found.filter((each) => !excepted.has(keyOf(each)));
    assert.equal(unexpected, [], `${unexpected.length} differences that no exception names`);
  });
}

test('every exception still occurs', () => {
  const occurred = new Set(seen.map(keyOf));
  assert.equal(
    EXCEPTIONS.filter((each) => !occurred.has(keyOf(each))),
    [],
  );
});

test.run();
