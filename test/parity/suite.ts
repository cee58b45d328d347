/** All scenarios on one machine, some at a time, as `npm run parity` and the tests play them. */
import type { Played } from './judge.ts';
import type { Machine } from './machine.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';

/** A command is a process that mostly waits. */
const AT_ONCE = 2;

export async function playAll(
  open: () => Promise<Machine>,
  wanted: readonly Scenario[],
  atOnce = AT_ONCE,
): Promise<readonly Played[]> {
  const machine = await open();
  const played = new Map<string, Played>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      played.set(next.name, await play(machine, next));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await machine.end();
  }
  return wanted.flatMap(({ name }) => played.get(name) ?? []);
}

/** A scenario that could not be played to its end is a failure of its own, and the others are played all the same. */
async function play(machine: Machine, scenario: Scenario): Promise<Played> {
  const { name, steps } = scenario;
  try {
    return { name, steps: steps.length, found: await replay(machine, scenario) };
  } catch (failure) {
    return {
      name,
      steps: steps.length,
      found: [],
      failure: failure instanceof Error ? failure.message : String(failure),
    };
  }
}
