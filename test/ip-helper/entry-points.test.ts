/** The port's contract through FFI and the C entry points; the service is another process, for the calls hold this one up. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSimulator } from '../../native/simulator/client.ts';
import { buildNative, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { simulatorSystem } from '../../src/ffi/system.ts';
import { ipHelper } from '../../src/ip-helper/client.ts';
import { iphlpapi } from '../../src/ip-helper/entry-points.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
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

const missing = suite('iphlpapi.dll that is not as it should be');

for (const [what, path, message] of [
  ['no library', '/nowhere/iphlpapi.dll', /^Cannot load "\/nowhere\/iphlpapi\.dll": /],
  ['a library without the function', '', /^Cannot find "GetAdaptersAddresses" in "": /],
] as const) {
  missing(`${what} is an error of IP Helper, not of HNS`, () => {
    const helper = ipHelper(iphlpapi({ ...simulatorSystem(LINUX_LIBRARY), pathOf: () => path }));
    assert.match(throwsCni(helper.adapters, Code.IpHelper).message, message);
  });
}
missing.run();
