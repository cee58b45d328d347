/** The load tested: it finds nothing wrong with the plugin, and in each broken one what is broken. */
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCaller } from '../support/caller.ts';
import { NETWORK_ID } from '../support/node.ts';
import { bundle, type Plugin } from '../support/plugin.ts';
import { type Played, play } from './play.ts';
import { isGood, sumOf } from './report.ts';
import { SETUPS } from './setups.ts';

const load = suite('a load of real processes');

const OPERATIONS = 16;

async function played(plugin: Plugin): Promise<Played> {
  const [setup] = SETUPS;
  assert.ok(setup);
  const pods = setup.pods.slice(0, 8);
  return play(
    plugin,
    { ...setup, pods },
    { operations: OPERATIONS, atOnce: 4, scale: 1 / 50, seed: 5, seesLocks: true },
  );
}

/** The plugin with other answers to a verb. */
const answering = (verb: string, run: (real: Plugin['run']) => Plugin['run']): Plugin => {
  const real = bundle();
  const other = run(real.run);
  return { ...real, run: (env, stdin) => (env['CNI_COMMAND'] === verb ? other : real.run)(env, stdin) };
};

load('finds nothing wrong with the plugin', async () => {
  const found = await played(bundle());
  assert.is(sumOf([found]), `load: ${OPERATIONS} operations, 0 failed, 0 leaked, 0 duplicate`);
  assert.ok(isGood([found]));
});

load('finds everything that a DEL leaves', async () => {
  const plugin = answering('DEL', () => () => Promise.resolve({ code: 0, stdout: '', stderr: '' }));
  const found = await played(plugin);
  const kinds = new Set(
    found.leaked.map((line) => /^(?:endpoint|namespace member|port|lease|record|host port)/.exec(line)?.[0]),
  );
  assert.equal([...kinds], ['endpoint', 'namespace member', 'port', 'lease', 'record', 'host port']);
  assert.not(isGood([found]));
});

load('finds a process that ends with a handle open', async () => {
  const plugin = answering('DEL', (real) => async (env, stdin) => {
    const caller = startCaller(env['HNS_SIMULATOR'] ?? '');
    await caller.call('HcnOpenNetwork', { id: NETWORK_ID });
    await caller.end();
    return real(env, stdin);
  });
  const found = await played(plugin);
  assert.is(found.leaked.length, found.times.DEL.length);
  assert.match(found.leaked[0] ?? '', /^handles or strings of .*"openHandles":\["Network"\]/);
  assert.not(isGood([found]));
});

load('finds an address that two are told', async () => {
  const plugin = answering('ADD', (real) => async (env, stdin) => {
    const ended = await real(env, stdin);
    return { ...ended, stdout: ended.stdout.replace(/10\.244\.3\.\d+\/24/, '10.244.3.77/24') };
  });
  const found = await played(plugin);
  assert.is(found.duplicate.length, found.times.ADD.length);
  assert.not(isGood([found]));
});

load('finds a command that fails', async () => {
  const plugin = answering('ADD', () => () => Promise.resolve({ code: 1, stdout: '{"code":11}', stderr: '' }));
  const found = await played(plugin);
  assert.is(found.failed.length, found.times.ADD.length);
  assert.not(isGood([found]));
});

load('finds a lock that is held over a call of HNS', async () => {
  const late = `--require ${fileURLToPath(new URL('late-locks.cjs', import.meta.url))}`;
  const plain = bundle();
  const found = await played({ ...plain, run: (env, stdin) => plain.run({ ...env, NODE_OPTIONS: late }, stdin) });
  assert.match(found.locked.join('\n'), /^HcnCreateEndpoint of process \d+: FLOCK WRITE /m);
  assert.equal([found.failed, found.leaked, found.duplicate], [[], [], []]);
  assert.not(isGood([found]));
});

load.run();
