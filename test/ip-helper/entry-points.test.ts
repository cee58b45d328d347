/** The port's contract through FFI and the C entry points; the service is another process, for the calls hold this one up. */
import { spawnSimulator } from '../../native/simulator/client.ts';
import { buildNative, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { simulatorSystem } from '../../src/ffi/system.ts';
import { ipHelper } from '../../src/ip-helper/client.ts';
import { iphlpapi } from '../../src/ip-helper/entry-points.ts';
import { ipHelperContract } from './contract.ts';

ipHelperContract('the C entry points', async () => {
  buildNative();
  const simulator = await spawnSimulator();
  process.env['HNS_SIMULATOR'] = simulator.address;
  const helper = ipHelper(iphlpapi(simulatorSystem(LINUX_LIBRARY)));
  // This thread may still be connected to the service of an earlier test: its next call fails, and the one after that does not.
  try {
    helper.adapters();
  } catch {
    helper.adapters();
  }
  return { helper, simulator, stop: simulator.stop };
});
