/** One scenario with our executable in the peer's place: what differs after each step. */
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { type Bindings, compare, type Difference, different } from './compare.ts';
import { createTool } from './libcni.ts';
import type { Drive, Machine } from './machine.ts';
import { isError, ourOutcome, recordedOutcome } from './outcome.ts';
import { type Seen, underRules } from './rules.ts';
import { type Scenario, seedDocuments } from './scenario.ts';
import { carryOut, type Stage } from './stage.ts';

/** A difference with its place. */
export interface Found extends Difference {
  readonly scenario: string;
  /** From 0, as in the recording. */
  readonly step: number;
}

export async function replay(machine: Machine, scenario: Scenario): Promise<readonly Found[]> {
  const simulator = await startSimulator({ seeds: seedDocuments(scenario), switches: { newGuid: numberedGuids() } });
  try {
    const drive = await machine.openDrive();
    try {
      return await replayOn({ simulator, drive }, scenario);
    } finally {
      drive.end();
    }
  } finally {
    await simulator.stop();
  }
}

interface Node {
  readonly simulator: LocalSimulator;
  readonly drive: Drive;
}

async function replayOn(node: Node, { name, steps }: Scenario): Promise<readonly Found[]> {
  const stage: Stage = { ...node, tool: createTool(), attachments: new Set(), lists: {} };
  const bindings: Bindings = new Map();
  const found: Found[] = [];
  for (const [index, step] of steps.entries()) {
    const { ended, context } = await carryOut(stage, step);
    const left = { dump: node.simulator.hns.dump(), files: node.drive.files() };
    const ours = ourOutcome(ended === undefined ? left : { ...left, ended });
    const seen = underRules({ theirs: recordedOutcome(step), ours }, context);
    for (const each of differencesOf(seen, bindings)) found.push({ scenario: name, step: index, ...each });
  }
  return found;
}

/** The state first: there, things are found by their names, and what their ids stand for elsewhere is known then. */
const PARTS = ['endpoints', 'namespaces', 'networks', 'computeSystems', 'files', 'exitCode', 'stdout'] as const;

const differencesOf = ({ theirs, ours }: Seen, bindings: Bindings): readonly Difference[] =>
  PARTS.flatMap((part) => {
    const pair = { theirs: theirs[part], ours: ours[part] };
    // A result and an error have nothing in common that could be compared field by field.
    const isWhole = part === 'stdout' && isError(pair.theirs) !== isError(pair.ours);
    return isWhole ? different(pair, part, bindings) : compare(pair, part, bindings);
  });

/** Ids that HNS chooses, the same in every run. */
function numberedGuids(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `A0000000-0000-4000-8000-${last.toString(16).padStart(12, '0')}`;
  };
}
