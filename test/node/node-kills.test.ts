/** `wincni node up` and `down` that are killed at any call or write to disk, or twice at once: the next run ends at the same node. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import { scissors } from '../support/disk.ts';
import { BRIDGE, createNetworkNode, type NetworkNode, OVERLAY, type Said } from './network-node.ts';

const kills = suite('node up and down that are killed');

const LOSING = { vSwitchLosesStaticAddress: true, vSwitchLosesRoutes: true, vSwitchDownMs: 3000 };
const UNFLUSHED = { ...SYSTEM_CALLS, flush: () => undefined };
const CALLS = 400;

type Config = typeof OVERLAY & { readonly externalNetwork?: boolean };
type Verb = 'up' | 'down' | 'replace';

const asBridge = ({ name, externalNetwork }: Partial<Config>): object => ({ ...BRIDGE, name, externalNetwork });

async function prepared(verb: Verb, config: object): Promise<NetworkNode> {
  const node = createNetworkNode(LOSING);
  if (verb !== 'up') {
    const there = await node.up(verb === 'down' ? config : asBridge(config));
    assert.is(there.exit, 0, there.err.join());
  }
  node.dispatcher.clearTrace();
  return node;
}

const act = (node: NetworkNode, verb: Verb, config: object): Promise<Said> =>
  verb === 'replace' ? node.up(config, '--replace') : node[verb](config);

const CONFIGS: Readonly<Record<Verb, readonly object[]>> = {
  up: [{ ...BRIDGE, externalNetwork: true }, OVERLAY],
  down: [{ ...BRIDGE, externalNetwork: true }, OVERLAY],
  replace: [OVERLAY, { ...OVERLAY, externalNetwork: true }],
};

for (const verb of ['up', 'down', 'replace'] as const) {
  for (const config of CONFIGS[verb]) {
    kills(`${verb} of ${JSON.stringify(config)}, at each call, before and after its effect`, async () => {
      const whole = await prepared(verb, config);
      await act(whole, verb, config);
      const calls = whole.dispatcher.trace().length;
      assert.ok(calls > 20 && calls < CALLS, String(calls));
      for (let nth = 1; nth <= calls; nth++) {
        for (const when of ['before', 'after'] as const) {
          const node = await prepared(verb, config);
          node.dispatcher.faults.set([{ function: '*', nth, action: 'kill', when }]);
          const cut = await act(node, verb, config).catch(() => undefined);
          node.dispatcher.faults.clear();
          const again = await act(node, verb, config);
          assert.is(again.exit, 0, `call ${nth} ${when}: ${again.err.join()}`);
          assert.equal(node.state(), whole.state(), `call ${nth} ${when} ${String(cut?.exit)}`);
          assert.equal(node.files(), ['node.lock']);
          node.end();
        }
      }
      whole.end();
    });
  }
}

kills('up, at each write to disk', async () => {
  const whole = createNetworkNode(LOSING);
  const counted = scissors(undefined, 'before', UNFLUSHED);
  const args = ['node', 'up', '--name', 'cbr0', '--type', 'L2Bridge', '--pod-cidr', '10.244.3.0/24'];
  await whole.run(args, counted.calls);
  assert.ok(counted.count() > 5);
  for (let nth = 1; nth <= counted.count(); nth++) {
    for (const when of ['before', 'after'] as const) {
      const node = createNetworkNode(LOSING);
      await node.run(args, scissors(nth, when, UNFLUSHED).calls).catch(() => undefined);
      const again = await node.run(args);
      assert.is(again.exit, 0, `write ${nth} ${when}: ${again.err.join()}`);
      assert.equal(node.state(), whole.state());
      node.end();
    }
  }
  whole.end();
});

kills('two at once wait for one another', async () => {
  const whole = createNetworkNode(LOSING);
  await whole.up(BRIDGE);
  const node = createNetworkNode(LOSING);
  const both = await Promise.all([node.up(BRIDGE), node.up(BRIDGE)]);
  assert.equal(
    both.map(({ exit }) => exit),
    [0, 0],
  );
  assert.is(both.filter(({ out }) => out.some((line) => line.includes('adopted as it is'))).length, 1);
  assert.equal(node.state(), whole.state());
  whole.end();
  node.end();
});
kills.run();
