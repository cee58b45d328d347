/** The plan of a load: as many commands as asked for, one at a time for each pod, and nothing there at the end. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPlan, type Operation, type State, type Verb } from './plan.ts';
import { pick, seededRandom } from './random.ts';
import { type LoadPod, SETUPS } from './setups.ts';

const plan = suite('a plan');

const pods = SETUPS[0]?.pods.slice(0, 20) ?? [];
const AFTER: Readonly<Record<Verb, (state: State) => State>> = {
  ADD: () => 'live',
  CHECK: (state) => state,
  DEL: () => 'absent',
};

interface Gone {
  readonly operations: readonly Operation[];
  readonly states: ReadonlyMap<LoadPod, State>;
}

/** Goes through a plan, eight commands at a time that end in any order; `fails` says which of them go wrong. */
function go(count: number, seed: number, fails: (operation: Operation, nth: number) => boolean = () => false): Gone {
  const random = seededRandom(seed);
  const { next, ended } = createPlan({ pods, operations: count, random });
  const states = new Map<LoadPod, State>(pods.map((pod) => [pod, 'absent']));
  const operations: Operation[] = [];
  const running = new Set<Operation>();
  const begin = (operation: Operation): void => {
    assert.not(
      [...running].some(({ pod }) => pod === operation.pod),
      'two commands at once for one pod',
    );
    assert.is(operation.state, states.get(operation.pod));
    operations.push(operation);
    running.add(operation);
  };
  const end = (operation: Operation): void => {
    const isWrong = fails(operation, operations.indexOf(operation));
    running.delete(operation);
    states.set(operation.pod, isWrong ? 'unsure' : AFTER[operation.verb](operation.state));
    ended(operation, isWrong ? 'wrong' : 'well');
  };
  for (;;) {
    const operation = running.size < 8 ? next() : undefined;
    const ending = operation === undefined ? pick([...running], random) : undefined;
    if (operation !== undefined) begin(operation);
    if (ending !== undefined) end(ending);
    if (operation === undefined && ending === undefined) return { operations, states };
  }
}

for (const count of [1, 2, 3, 10, 47, 400]) {
  plan(`of ${count} commands has as many, and leaves no pod`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { operations, states } = go(count, seed);
      assert.is(operations.length, count, `seed ${seed}`);
      assert.equal([...new Set(states.values())], ['absent'], `seed ${seed}`);
    }
  });
}

plan('has every verb on pods that are there and, but for ADD, on pods that are not', () => {
  const kinds = new Set(go(400, 7).operations.map(({ verb, state }) => `${verb} ${state}`));
  assert.equal([...kinds].sort(), ['ADD absent', 'CHECK absent', 'CHECK live', 'DEL absent', 'DEL live']);
});

plan('deletes a pod after a command that failed, until that succeeds', () => {
  const { operations, states } = go(200, 3, (_, nth) => nth % 7 === 0 && nth < 150);
  assert.equal([...new Set(states.values())], ['absent']);
  const unsure = operations.filter(({ state }) => state === 'unsure');
  assert.ok(unsure.length > 0);
  assert.equal([...new Set(unsure.map(({ verb }) => verb))], ['DEL']);
});

plan.run();
