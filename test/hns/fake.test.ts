/** The port's contract on the fake: the state machine of the simulator inside this process. */
import { createDispatcher } from '../../native/simulator/dispatch.ts';
import { createHns } from '../../native/simulator/hns.ts';
import { SEED } from '../support/node.ts';
import { simulatedNative } from '../support/simulated-native.ts';
import { nativeContract } from './contract.ts';

nativeContract('the fake', () => {
  const hns = createHns();
  hns.seed(SEED);
  const dispatcher = createDispatcher(hns);
  const native = simulatedNative({ dispatcher, process: 'fake' });
  return Promise.resolve({ native, hns, dispatcher, stop: () => Promise.resolve() });
});
