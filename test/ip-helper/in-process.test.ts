/** The port's contract on the state machine of the simulator inside this process. */
import { startSimulator } from '../../native/simulator/client.ts';
import { simulatedIpHelper } from '../support/simulated-ip-helper.ts';
import { ipHelperContract } from './contract.ts';

ipHelperContract('in process', async () => {
  const simulator = await startSimulator();
  const helper = simulatedIpHelper({ dispatcher: simulator.dispatcher, process: 'in process' });
  return { helper, simulator, stop: simulator.stop };
});
