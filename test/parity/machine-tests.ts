/** What both machines have to do for a comparison: a drive of its own for each scenario, on which everything lands. */
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { startSimulator } from '../../native/simulator/client.ts';
import { mapTexts } from './json.ts';
import type { Drive, Machine } from './machine.ts';
import { type Scenario, scenarios, seedDocuments } from './scenario.ts';

/** Adds the tests to a suite. */
export function testMachine(tests: Test, open: () => Promise<Machine>): void {
  tests('the default folder of leases is on the drive of the scenario, and the next drive is empty', async () => {
    const machine = await open();
    try {
      const drive = await machine.openDrive();
      assert.equal(drive.files(), {});
      await add(drive, undefined);
      const names = Object.keys(drive.files()).filter((path) => !path.includes('.wincni'));
      assert.equal(names.sort(), [
        'var/lib/cni/networks/cbr0/10.244.3.10',
        'var/lib/cni/networks/cbr0/last_reserved_ip.0',
        'var/lib/cni/networks/cbr0/lock',
      ]);
      drive.end();
      assert.equal((await machine.openDrive()).files(), {});
    } finally {
      await machine.end();
    }
  });

  tests('two drives that are open at once have nothing in common', async () => {
    const machine = await open();
    try {
      const [one, two] = [await machine.openDrive(), await machine.openDrive()];
      await add(one, 'C:\\ipam');
      assert.ok('ipam/cbr0/10.244.3.10' in one.files());
      assert.equal(two.files(), {});
    } finally {
      await machine.end();
    }
  });
}

/** The first step of the plainest scenario, with its leases in another folder. */
async function add(drive: Drive, dataDir: string | undefined): Promise<void> {
  const [scenario] = scenarios('win-bridge-v2-basic');
  const step = scenario?.steps[0];
  if (scenario === undefined || step === undefined || !('plugin' in step)) throw new Error('there is no such scenario');
  const { simulator, end } = await simulated(scenario);
  const placed = (text: string): string => (/^C:\\/.test(text) ? drive.path(text) : text);
  const { ipam, ...others } = step.stdin as { readonly ipam: object };
  const stdin = { ...others, ipam: { ...ipam, dataDir } };
  const env = { ...step.env, CNI_PATH: placed('C:\\cni\\bin'), HNS_SIMULATOR: simulator };
  const { code, stdout } = await drive.run({
    plugin: 'win-bridge',
    env,
    stdin: JSON.stringify(mapTexts(stdin, placed)),
  });
  assert.is(code, 0, stdout);
  await end();
}

async function simulated(
  scenario: Scenario,
): Promise<{ readonly simulator: string; readonly end: () => Promise<void> }> {
  const simulator = await startSimulator({ seeds: seedDocuments(scenario) });
  return { simulator: simulator.address, end: simulator.stop };
}
