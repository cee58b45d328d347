import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../conformance/json.ts';
import { createTool, type PluginCall, toolCommand } from './libcni.ts';
import type { Ended } from './outcome.ts';
import { scenarios } from './scenario.ts';

const client = suite('parity: cnitool without cnitool');

const GUID = '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C01';
const RESULT = '{"cniVersion":"1.1.0","ips":[{"address":"10.0.0.5/24"}]}\n';
const ENV = { CNI_PATH: 'C:\\cni\\bin', CAP_ARGS: '{"dns":{"servers":["10.0.0.1"]},"mac":"x"}' };
const listOf = (cniVersion: string): Json => ({
  cniVersion,
  name: 'cbr0',
  plugins: [{ type: 'win-bridge', capabilities: { dns: true, portMappings: true, mac: false } }],
});

/** What the plugin was called with, and what the tool answered, for commands in a row. */
async function play(
  verbs: readonly string[],
  { version = '1.1.0', failing = '' } = {},
): Promise<{ readonly calls: readonly PluginCall[]; readonly ended: readonly Ended[] }> {
  const tool = createTool();
  const calls: PluginCall[] = [];
  const run = (call: PluginCall): Promise<Ended> => {
    calls.push(call);
    const verb = call.env['CNI_COMMAND'];
    if (verb === failing) return Promise.resolve({ code: 1, stdout: '{"code":100}' });
    return Promise.resolve({ code: 0, stdout: verb === 'ADD' ? RESULT : '' });
  };
  const ended: Ended[] = [];
  for (const verb of verbs) {
    const given = { list: listOf(version), env: ENV, run };
    ended.push(await tool.run(toolCommand(`${verb} cbr0 ${GUID}`), given));
  }
  return { calls, ended };
}

const verbsOf = (calls: readonly PluginCall[]): readonly unknown[] => calls.map(({ env }) => env['CNI_COMMAND']);

client('names the container as the recorded cnitool does', () => {
  const recorded = scenarios('cnitool-*-win-bridge').flatMap(({ steps }) =>
    steps.flatMap(({ stateAfter }) => stateAfter.endpoints.map(({ Name }) => Name)),
  );
  assert.ok(recorded.length > 0);
  const { containerId } = toolCommand(`add cbr0 ${GUID}`);
  assert.equal([...new Set(recorded)], [`${containerId}_cbr0`]);
});

client('gives the plugin name, version, and the capabilities that it declares', async () => {
  const { calls, ended } = await play(['add']);
  assert.equal(calls, [
    {
      plugin: 'win-bridge',
      env: {
        CNI_COMMAND: 'ADD',
        CNI_CONTAINERID: 'cnitool-caf13f5883ca40af4632',
        CNI_NETNS: `C:\\cni\\run\\${GUID}`,
        CNI_IFNAME: 'eth0',
        CNI_ARGS: '',
        CNI_PATH: 'C:\\cni\\bin',
      },
      config: {
        type: 'win-bridge',
        capabilities: { dns: true, portMappings: true, mac: false },
        name: 'cbr0',
        cniVersion: '1.1.0',
        runtimeConfig: { dns: { servers: ['10.0.0.1'] } },
      },
    },
  ]);
  assert.equal(ended, [{ code: 0, stdout: RESULT }]);
});

client('CHECK and DEL get the result of ADD, and DEL forgets it', async () => {
  const { calls } = await play(['add', 'check', 'del', 'del']);
  const previous = calls.map(({ config }) => config['prevResult'] !== undefined);
  assert.equal(previous, [false, true, true, false]);
});

client('a DEL that fails forgets nothing, and a failure is exit code 1 without a word', async () => {
  const { calls, ended } = await play(['add', 'del', 'del'], { failing: 'DEL' });
  assert.is.not(calls.at(-1)?.config['prevResult'], undefined);
  assert.equal(ended.at(-1), { code: 1, stdout: '' });
});

client('GC deletes what is remembered, and asks the plugin from 1.1.0 on', async () => {
  assert.equal(verbsOf((await play(['add', 'gc'])).calls), ['ADD', 'DEL', 'GC']);
  assert.equal(verbsOf((await play(['gc'])).calls), ['GC']);
  assert.equal(verbsOf((await play(['add', 'gc'], { version: '1.0.0' })).calls), ['ADD', 'DEL']);
  const [gc] = (await play(['gc'])).calls;
  assert.is(gc?.env['CNI_CONTAINERID'], '');
  assert.not(gc && 'runtimeConfig' in gc.config);
});

client('STATUS is for 1.1.0, CHECK and prevResult are for 0.4.0', async () => {
  assert.equal(verbsOf((await play(['status'])).calls), ['STATUS']);
  assert.equal(await play(['status'], { version: '1.0.0' }), { calls: [], ended: [{ code: 0, stdout: '' }] });
  const old = await play(['add', 'check', 'del'], { version: '0.3.1' });
  assert.equal(verbsOf(old.calls), ['ADD', 'DEL']);
  assert.not(old.calls[1] && 'prevResult' in old.calls[1].config);
  assert.is(old.ended[1]?.code, 1);
});

client.run();
