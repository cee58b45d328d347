/** `npm run fuzz`: random cases of every sample on the node in this process or, with --wine, through the executable. */
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { type Case, cases } from './case.ts';
import { nodeTarget } from './node-target.ts';
import { stages } from './stages.ts';
import type { Target } from './target.ts';
import { watchdog } from './watchdog.ts';
import { wineTargets } from './wine-target.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    wine: { type: 'boolean', default: false },
  },
});

/** So long no case takes, however busy the machine is. */
const HANGS_MS = 30_000;

process.exitCode = await main(Number(values.runs), Number(values.seed ?? Date.now() % 0x7fffffff));

async function main(runs: number, seed: number): Promise<number> {
  console.log(`${runs} runs, seed ${seed}`);
  const wine = values.wine ? await wineTargets() : undefined;
  const most = { ms: 0, megabytes: 0 };
  const open = wine === undefined ? nodeTarget : wine.open;
  const nodes = stages(async (sample) => measured(await open(sample), most));
  const dog = wine === undefined ? await watchdog(HANGS_MS) : undefined;
  let seen = 0;
  const property = fc.asyncProperty(cases, async (one) => {
    seen += 1;
    dog?.watch(JSON.stringify(one));
    const wrong = await nodes.wrong(one);
    if (wrong !== undefined) throw new Error(wrong);
  });
  const found = await fc.check(property, { numRuns: runs, seed });
  await dog?.end();
  await nodes.end();
  await wine?.end();
  if (found.failed) report(found);
  console.log(`the slowest command took ${Math.round(most.ms)} ms, the largest ${Math.round(most.megabytes)} MB`);
  console.log(`fuzz: ${found.failed ? seen : found.numRuns} cases, ${found.failed ? 1 : 0} wrong`);
  return found.failed ? 1 : 0;
}

interface Most {
  ms: number;
  megabytes: number;
}

function measured(target: Target, most: Most): Target {
  return {
    ...target,
    start: async (start) => {
      const ended = await target.start(start);
      most.ms = Math.max(most.ms, ended.ms);
      most.megabytes = Math.max(most.megabytes, ended.megabytes);
      return ended;
    },
  };
}

function report({ seed, counterexample, errorInstance }: fc.RunDetails<[Case]>): void {
  console.log(`wrong with --seed ${seed}: ${(errorInstance as Error | null)?.message ?? 'for no reason given'}`);
  console.log(JSON.stringify(counterexample?.[0]));
}
