/** The port's contract through FFI and the C entry points, against the service on its socket. */
import { startSimulator } from '../../native/simulator/client.ts';
import { buildNative, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { simulatorSystem } from '../../src/ffi/system.ts';
import { entryPoints } from '../../src/hns/entry-points.ts';
import { SEED } from '../support/node.ts';
import { nativeContract } from './contract.ts';

nativeContract('the C entry points', async () => {
  buildNative();
  const simulator = await startSimulator({ seeds: [SEED] });
  process.env['HNS_SIMULATOR'] = simulator.address;
  return { ...simulator, native: entryPoints(simulatorSystem(LINUX_LIBRARY)) };
});

// The suite is `.run()` by nativeContract.
