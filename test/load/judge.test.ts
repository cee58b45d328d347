/** The judge of a load: right answers pass, each wrong one is told, and no address is anyone else's. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Endpoint } from '../conformance/node.ts';
import { type Answer, givenTwice, wrongWith } from './judge.ts';
import type { Operation, State, Verb } from './plan.ts';
import { type LoadPod, SETUPS } from './setups.ts';

const answers = suite('answers');

const [pod, other] = (SETUPS[0]?.pods ?? []) as readonly [LoadPod, LoadPod];
const operation = (verb: Verb, state: State): Operation => ({ verb, state, pod });
const answer = (code: number | null, out?: Record<string, unknown>): Answer => ({
  code,
  out,
  text: out === undefined ? '' : JSON.stringify(out),
});

const RESULT = { ips: [{ address: '10.244.3.5/24' }] };
const ERROR = { code: 102, msg: 'Cannot check' };

for (const [verb, state, said, isRight] of [
  ['ADD', 'absent', answer(0, RESULT), true],
  ['ADD', 'absent', answer(0, { ips: [] }), false],
  ['ADD', 'absent', answer(0), false],
  ['ADD', 'absent', answer(1, ERROR), false],
  ['ADD', 'absent', answer(1, RESULT), false],
  ['CHECK', 'live', answer(0), true],
  ['CHECK', 'live', answer(0, RESULT), false],
  ['CHECK', 'live', answer(1, ERROR), false],
  ['CHECK', 'absent', answer(1, ERROR), true],
  ['CHECK', 'absent', answer(0), false],
  ['CHECK', 'absent', answer(1), false],
  ['CHECK', 'absent', answer(1, { code: 0, msg: 'fine' }), false],
  ['CHECK', 'absent', answer(null, ERROR), false],
  ['DEL', 'live', answer(0), true],
  ['DEL', 'absent', answer(0), true],
  ['DEL', 'live', answer(1, ERROR), false],
  ['DEL', 'live', answer(null), false],
] as const) {
  answers(`${verb} of a pod that is ${state}: ${said.code} "${said.text}" is ${isRight ? 'right' : 'wrong'}`, () => {
    assert.is(wrongWith(operation(verb, state), said, 1) === undefined, isRight);
  });
}

answers('a pod has an address of each family', () => {
  assert.match(wrongWith(operation('ADD', 'absent'), answer(0, RESULT), 2) ?? '', /10\.244\.3\.5/);
});
answers.run();

const addresses = suite('addresses');

const endpoint = (namespace: string, ...its: readonly string[]): Endpoint => ({
  id: '',
  name: '',
  mac: '',
  addresses: its,
  namespace,
  network: '',
  document: {},
});
const theirs = (...its: readonly string[]): ReadonlyMap<LoadPod, readonly string[]> => new Map([[other, its]]);

for (const [what, ledger, endpoints, isRight] of [
  ['nobody else has', theirs('10.244.3.6'), [endpoint(pod.netns, '10.244.3.5')], true],
  ['another pod was told', theirs('10.244.3.5'), [endpoint(pod.netns, '10.244.3.5')], false],
  ['HNS has twice', theirs(), [pod, other].map(({ netns }) => endpoint(netns, '10.244.3.5')), false],
  ['HNS has in another namespace', theirs(), [endpoint(other.netns, '10.244.3.5')], false],
  ['HNS does not have', theirs(), [endpoint(pod.netns, '10.244.3.6')], false],
] as const) {
  addresses(`one that ${what} is ${isRight ? 'right' : 'told'}`, () => {
    assert.is(givenTwice(pod, ['10.244.3.5'], { ledger, endpoints }).length, isRight ? 0 : 1);
  });
}

addresses('the pod itself may have it', () => {
  const ledger = new Map([[pod, ['10.244.3.5']]]);
  assert.equal(givenTwice(pod, ['10.244.3.5'], { ledger, endpoints: [endpoint(pod.netns, '10.244.3.5')] }), []);
});
addresses.run();
