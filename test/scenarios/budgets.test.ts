/** HNS calls of ADD and DEL beside those that the peers were recorded to make, in every dialect, on small and crowded nodes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { createTool } from '../parity/libcni.ts';
import { type Scenario, type Step, scenarios, seedDocuments } from '../parity/scenario.ts';
import { carryOut, type Stage } from '../parity/stage.ts';
import { type LocalDrive, openLocalDrive } from '../support/in-process.ts';
import { isLettingGo } from '../support/node.ts';
import { type RecordedCall, seedNamed } from '../support/peer-traces.ts';
import { EXCEEDED, type Exceeded, FAMILIES, OTHERS } from './budget-tables.ts';

const budgets = suite('HNS calls beside the peers');

/** `HNSCall GET /globals/version`, or the export's name. */
const named = (call: { readonly function: string; readonly request: Readonly<Record<string, unknown>> }): string =>
  call.function === 'HNSCall'
    ? `HNSCall ${String(call.request['method'])} ${String(call.request['path'])}`
    : call.function;

/** As both sides are counted: handles, callbacks and memory that are let go of are not. */
const counted = (calls: readonly Parameters<typeof named>[0][]): readonly string[] =>
  calls.map(named).filter((name) => !isLettingGo(name));

interface Made {
  readonly verb: string;
  readonly step: number;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

const ourCalls = ({ dispatcher }: LocalSimulator): readonly string[] => counted(dispatcher.trace());

const verbOf = (step: Step): string => {
  if ('control' in step) return 'control';
  return 'client' in step ? (step.command.split(' ')[0] ?? '').toUpperCase() : (step.env['CNI_COMMAND'] ?? '');
};

async function onDrive<T>(
  seeds: readonly unknown[],
  use: (simulator: LocalSimulator, drive: LocalDrive) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ seeds });
  const drive = openLocalDrive(simulator);
  try {
    return await use(simulator, drive);
  } finally {
    drive.end();
    await simulator.stop();
  }
}

const recordedCalls = (step: Step): readonly RecordedCall[] =>
  (step as { readonly calls?: readonly RecordedCall[] }).calls ?? [];

/** Every ADD and DEL of a scenario in which both succeed. */
const played = (scenario: Scenario): Promise<readonly Made[]> =>
  onDrive(seedDocuments(scenario), async (simulator, drive) => {
    const stage: Stage = { simulator, drive, tool: createTool(), attachments: new Set(), lists: {} };
    const made: Made[] = [];
    for (const [index, step] of scenario.steps.entries()) {
      simulator.dispatcher.clearTrace();
      const { ended } = await carryOut(stage, step);
      const verb = verbOf(step);
      const theirs = counted(recordedCalls(step));
      const isWanted = !('control' in step) && (verb === 'ADD' || verb === 'DEL') && theirs.length > 0;
      if (!isWanted || step.exitCode !== 0 || ended?.code !== 0) continue;
      made.push({ verb, step: index, ours: ourCalls(simulator), theirs });
    }
    return made;
  });

/**
 * What an ADD in a namespace may take on HCN beside its eight calls: asking for the version; making a network and looking it
 * up again; asking v1 for the node's address on an overlay network whose document has no ProviderAddress, or in a cluster on a bridge; and for the loopback
 * of an address that HNS chose, reading it, opening the endpoint and changing it.
 */
const ALLOWED: Readonly<Record<string, number>> = {
  'HNSCall GET /globals/version': 1,
  HcnCreateNetwork: 2,
  'HNSCall GET /networks/': 1,
  HcnModifyEndpoint: 3,
};
const allowance = (calls: readonly string[]): number =>
  Object.entries(ALLOWED).reduce(
    (sum, [start, more]) => sum + (calls.some((name) => name.startsWith(start)) ? more : 0),
    0,
  );
const isV1 = (calls: readonly string[]): boolean =>
  calls.some((name) => name.startsWith('Hcs') || name.startsWith('HNSCall POST'));

const keyOf = ({ scenario, step, theirs, ours }: Omit<Exceeded, 'reason'>): string =>
  `${scenario} step ${step}: ${theirs} -> ${ours}`;
const excused = new Map(EXCEEDED.map((each) => [keyOf(each), each]));
const occurred = new Set<string>();

/** What a step makes too much, as its line in the report; undefined when it keeps within both limits, or is excused. */
function tooMany(scenario: string, { verb, step, ours, theirs }: Made): string | undefined {
  const limit = verb === 'DEL' ? 4 : 8 + allowance(ours);
  if (ours.length <= theirs.length && (isV1(ours) || ours.length <= limit)) return undefined;
  const key = keyOf({ scenario, step, theirs: theirs.length, ours: ours.length });
  occurred.add(key);
  return excused.has(key) ? undefined : `${key}, ${verb} of at most ${limit}: ${ours.join(' ')}`;
}

for (const [family, expected] of Object.entries(FAMILIES)) {
  budgets(`${family}: no more than the peer in ${expected} steps`, async () => {
    let steps = 0;
    const over: string[] = [];
    for (const scenario of scenarios(`${family}*`)) {
      const made = await played(scenario);
      steps += made.length;
      over.push(...made.flatMap((each) => tooMany(scenario.name, each) ?? []));
    }
    assert.equal(over, []);
    assert.is(steps, expected);
  });
}

budgets('every step that is excused still needs it', () => {
  assert.equal(
    [...excused.keys()].filter((key) => !occurred.has(key)),
    [],
  );
});

/** Where pods of others have their addresses: in a subnet made as wide as it takes. */
const BLOCKS: Readonly<Record<string, readonly [first: string, from: number]>> = {
  nat: ['172.30', 8],
  'azure-tun': ['10.240', 100],
};

/** The same node with so many endpoints of others on a network. */
function crowded(documents: readonly unknown[], network: string, count: number): readonly unknown[] {
  const wide = JSON.parse(JSON.stringify(documents).replaceAll(/10\.244\.\d\.0\/24/g, '10.244.0.0/16')) as unknown[];
  const [block, from] = BLOCKS[network] ?? ['10.244', 100];
  const endpoints = Array.from({ length: count }, (_, n) => ({
    Name: `other${n}_${network}`,
    network,
    IpConfigurations: [{ IpAddress: `${block}.${from + Math.trunc(n / 250)}.${(n % 250) + 1}` }],
  }));
  return [...wide, { endpoints }];
}

interface Dialect {
  readonly name: string;
  readonly seeds: readonly unknown[];
  /** Whose endpoints the others are. */
  readonly network: string;
  readonly step: Extract<Step, { readonly stdin: unknown }>;
  readonly files: Readonly<Record<string, string>>;
}

/** The first ADD of a scenario that succeeds, and dialects without a recording on the node of one. */
function dialects(): readonly Dialect[] {
  return OTHERS.map(({ name, scenario, conf, crowd, files = {} }) => {
    const [found] = scenarios(scenario);
    const step = found?.steps.find((each) => 'stdin' in each && each.exitCode === 0 && verbOf(each) === 'ADD');
    if (found === undefined || step === undefined || !('stdin' in step)) throw new Error(`no ADD in "${scenario}"`);
    const stdin = conf ?? step.stdin;
    const network = crowd ?? String((stdin as { readonly name: unknown }).name);
    const seeds = [...seedDocuments(found), ...(crowd === undefined ? [] : [seedNamed(crowd)])];
    return {
      name,
      seeds,
      network,
      files,
      step: { ...step, plugin: conf === undefined ? step.plugin : 'wincni', stdin },
    };
  });
}

/** The calls of ADD and of DEL. */
const lives = ({ seeds, network, step, files }: Dialect, count: number): Promise<readonly (readonly string[])[]> =>
  onDrive(crowded(seeds, network, count), async (simulator, drive) => {
    const stage: Stage = { simulator, drive, tool: createTool(), attachments: new Set(), lists: {} };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(drive.path(path)), { recursive: true });
      writeFileSync(drive.path(path), text);
    }
    const calls: (readonly string[])[] = [];
    for (const CNI_COMMAND of ['ADD', 'DEL']) {
      simulator.dispatcher.clearTrace();
      const { ended } = await carryOut(stage, { ...step, env: { ...step.env, CNI_COMMAND } });
      assert.is(ended?.code, 0, ended?.stdout);
      calls.push(ourCalls(simulator));
      const others = simulator.hns.dump().endpoints.length;
      assert.is(others, CNI_COMMAND === 'ADD' ? count + 1 : count, CNI_COMMAND);
    }
    return calls.map((each) => each.map((name) => name.replaceAll(/[0-9A-F]{8}(?:-[0-9A-F]{4,12}){4}/gi, '<id>')));
  });

for (const dialect of dialects()) {
  budgets(`${dialect.name}: as many with 500 endpoints on the network as with 5`, async () => {
    const few = await lives(dialect, 5);
    const [add = [], del = []] = few;
    assert.equal(await lives(dialect, 500), few);
    if (!isV1(add)) assert.ok(add.length <= 8 + allowance(add), add.join(' '));
    assert.is(del.length, 4, del.join(' '));
  });
}

budgets.run();
