/** `wincni node up` and `down` with an HNS that refuses for a while, does not answer, or lacks what newer builds have. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../native/simulator/faults.ts';
import { BRIDGE, createNetworkNode, type NetworkNode, OVERLAY, type Said } from './network-node.ts';

const weak = suite<{ node: NetworkNode }>('wincni node with an HNS that fails');
weak.before.each((context) => {
  context.node = createNetworkNode();
});
weak.after.each(({ node }) => {
  node.end();
});

const under = (node: NetworkNode, faults: readonly Fault[], run: () => Promise<Said>): Promise<Said> => {
  node.dispatcher.faults.set(faults);
  return run();
};
/** What a node has where nothing fails. */
async function freshState(config: object): Promise<unknown> {
  const fresh = createNetworkNode();
  await fresh.up(config);
  fresh.end();
  return fresh.state();
}

const OTHER = { ...BRIDGE, podCidr: '10.244.9.0/24' };
const TRANSIENT = '0x803B0004';
const NOT_FOUND = '0x80070490';
const DOWN = '0x800706BA';

for (const fault of [
  { function: 'HcnCreateNetwork', hresult: TRANSIENT },
  { function: 'HNSCall GET /networks/', hresult: DOWN, count: 3 },
  { function: 'HNSCall POST /endpoints/', hresult: TRANSIENT, count: 2 },
  { function: 'HcnQueryNetworkProperties', hresult: '0x80004005' },
]) {
  weak(`${fault.function} that is refused for now is made again: ${fault.hresult}`, async ({ node }) => {
    const said = await under(node, [fault], () => node.up(BRIDGE));
    assert.equal([said.exit, said.err], [0, []]);
    assert.equal(node.state(), await freshState(BRIDGE));
  });
}
weak('HcnDeleteNetwork that is refused for now is made again', async ({ node }) => {
  const before = node.state();
  await node.up(BRIDGE);
  const said = await under(node, [{ function: 'HcnDeleteNetwork', hresult: DOWN, count: 2 }], () => node.down(BRIDGE));
  assert.equal([said.exit, said.err, node.state()], [0, [], before]);
});

for (const [what, hresult] of [
  ['the adapter is not found', NOT_FOUND],
  ['the switch is not there yet', TRANSIENT],
  ['the service restarts', DOWN],
] as const) {
  weak(`straight after a deletion ${what}, for seconds: the network is made when it can be`, async ({ node }) => {
    await node.up(BRIDGE);
    const fault = { function: 'HcnCreateNetwork', hresult, count: 25 };
    const said = await under(node, [fault], () => node.up(OTHER, '--replace'));
    assert.equal([said.exit, said.err], [0, []]);
    assert.equal(node.state(), await freshState(OTHER));
  });
}
weak('a network that cannot be made again is told of, and the next run makes it', async ({ node }) => {
  await node.up(BRIDGE);
  const fault = { function: 'HcnCreateNetwork', hresult: NOT_FOUND, every: true };
  const said = await under(node, [fault], () => node.up(OTHER, '--replace'));
  assert.is(said.exit, 1);
  assert.match(said.err[0] ?? '', /^Cannot make the HNS network "cbr0" of type L2Bridge: HNS answered 0x80070490/);
  assert.equal(node.hns.dump().networks, []);
  const again = await under(node, [], () => node.up(OTHER));
  assert.equal([again.exit, again.err], [0, []]);
  assert.equal(node.state(), await freshState(OTHER));
});
weak('a first network that HNS refuses for good is tried once', async ({ node }) => {
  const fault = { function: 'HcnCreateNetwork', hresult: NOT_FOUND, every: true };
  assert.is((await under(node, [fault], () => node.up(BRIDGE))).exit, 1);
  assert.equal(node.writes(), ['HcnCreateNetwork']);
});

const HUNG: readonly Fault[] = [{ function: 'HcnCreateNetwork', action: 'hang' }];

weak('a call without an answer is given up, with one error; the next run goes on', async ({ node }) => {
  const said = await under(node, HUNG, () => node.up({ ...BRIDGE, timeoutSeconds: 1 }));
  assert.equal([said.exit, said.err.length], [1, 2]);
  assert.match(said.err[0] ?? '', /^Cannot make the HNS network "cbr0" of type L2Bridge: HNS did not answer within/);
  assert.is(said.err[1], '  HcnCreateNetwork was given up; look at the Host Networking Service: Get-Service hns');
  assert.is((await under(node, [], () => node.up(BRIDGE))).exit, 0);
  assert.equal(node.state(), await freshState(BRIDGE));
});
weak('so is one of a network that is made anew, and HNS is asked nothing more', async ({ node }) => {
  await node.up(BRIDGE);
  node.dispatcher.clearTrace();
  const said = await under(node, HUNG, () => node.up({ ...OTHER, timeoutSeconds: 1 }, '--replace'));
  assert.is(said.exit, 1);
  assert.match(said.err[0] ?? '', /: HNS did not answer within/);
  assert.equal(node.writes(), ['HcnDeleteNetwork', 'HcnCreateNetwork']);
});
weak('node down is told by its option, or its configuration, how long to wait', async ({ node }) => {
  await node.up(BRIDGE);
  const hang = { function: 'HcnDeleteNetwork', action: 'hang' } as const;
  for (const run of [
    () => node.run(['node', 'down', '--name', 'cbr0', '--timeout-seconds', '1']),
    () => node.down({ ...BRIDGE, timeoutSeconds: 3600 }, '--timeout-seconds', '1'),
    () => node.down({ ...BRIDGE, timeoutSeconds: 1 }),
  ]) {
    const said = await under(node, [hang], run);
    assert.is(said.exit, 1);
    assert.match(said.err[0] ?? '', /^Cannot delete the HNS network "cbr0": HNS did not answer within/);
  }
  const wrong = await node.run(['node', 'down', '--name', 'cbr0', '--timeout-seconds', 'soon']);
  assert.is(wrong.exit, 2);
  assert.match(wrong.err[0] ?? '', /--timeout-seconds: it is "soon", expected an integer in \[1, 3600\]/);
});

weak('without the policy HostRoute an overlay is up, and says so', async ({ node }) => {
  const old = [{ function: 'HcnModifyNetwork', hresult: '0x803B000E', every: true }];
  const first = await under(node, old, () => node.up(OVERLAY));
  for (const said of [first, await node.up(OVERLAY)]) {
    assert.equal([said.exit, said.err], [0, []]);
    assert.match(
      said.out.join('\n'),
      /"vxlan0": without the policy HostRoute, which this HNS does not take \(.*0x803B000E/,
    );
  }
  const policies = node.hns.dump().networks[0]?.['Policies'] as readonly { readonly Type: string }[];
  assert.not(policies.some(({ Type }) => Type === 'HostRoute'));
});
weak('without the port of an overlay, or a second family, nothing is made, and HNS is quoted', async ({ node }) => {
  for (const [config, hresult] of [
    [OVERLAY, '0x803B000E'],
    [{ ...BRIDGE, podCidr: ['10.244.3.0/24', 'fd00:244:3::/64'] }, '0x80070057'],
  ] as const) {
    const said = await under(node, [{ function: 'HcnCreateNetwork', hresult }], () => node.up(config));
    assert.is(said.exit, 1);
    assert.match(said.err[0] ?? '', new RegExp(`^Cannot make the HNS network .*: HNS answered ${hresult}`));
    assert.equal(node.hns.dump().networks, []);
  }
});

weak.run();
