/** `wincni routes sync` on one simulated node: what it prints, what the host's table is afterwards, and what it leaves alone. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Protocol } from '../../src/ip-helper/ip-helper.ts';
import { cidr, ip } from '../support/net.ts';
import { createPeerNode, listed, type PeerNode } from './peer-nodes.ts';

const WRITING = /^(?:Create|Set|Delete)IpForwardEntry2$/;
const READING = /^Get/;

const sync = suite('wincni routes sync');

const on =
  (use: (node: PeerNode) => Promise<void>, create = () => createPeerNode(1)) =>
  async () => {
    const node = create();
    try {
      await use(node);
    } finally {
      node.end();
    }
  };

/** Another program's route. */
function plant(node: PeerNode, block: string, hop: string, metric = 5): void {
  const helper = node.ports('another program').ipHelper;
  const [adapter] = helper.adapters().filter(({ alias }) => alias === 'Ethernet');
  assert.ok(adapter !== undefined);
  const { luid } = adapter;
  const made = helper.createRoute({
    luid,
    destination: cidr(block),
    nextHop: ip(hop),
    metric,
    protocol: Protocol.NetMgmt,
  });
  assert.is(made, 'done');
}

sync(
  'makes the routes of both families, and the second time nothing: two tables and the adapters are read',
  on(async (node) => {
    const first = await node.sync([listed(1), listed(2)]);
    assert.equal(first, {
      exit: 0,
      out: [
        'created: 10.244.2.0/24 by 10.240.0.32 on "Ethernet", metric 256 (node-2)',
        'created: fd00:244:2::/64 by fd00:240::32 on "Ethernet", metric 256 (node-2)',
        'routes: 2 created, 0 changed, 0 removed, 0 unchanged, 0 refused or failed',
      ],
      err: [],
    });
    assert.equal(node.routes(), ['10.244.2.0/24 10.240.0.32 256', 'fd00:244:2::/64 fd00:240::32 256']);
    const record = readFileSync(join(node.folder, 'state/routes.json'), 'utf8');
    node.dispatcher.clearTrace();
    const second = await node.sync([listed(1), listed(2)]);
    assert.equal(second.out, ['routes: 0 created, 0 changed, 0 removed, 2 unchanged, 0 refused or failed']);
    assert.equal(node.calls(/./), ['GetAdaptersAddresses', 'GetIpForwardTable2', 'GetIpForwardTable2']);
    assert.is(readFileSync(join(node.folder, 'state/routes.json'), 'utf8'), record);
  }),
);
sync(
  'one change among 5,000 is one writing call, and as many readings as ever',
  on(
    async (node) => {
      const nodes = Array.from({ length: 5000 }, (_, n) => ({
        name: `n${n}`,
        podCIDRs: [`10.${n >> 8}.${n & 255}.0/24`],
        addresses: [`172.16.${n >> 8}.${n & 255}`],
      }));
      const change = async (peers: typeof nodes, ...args: string[]): Promise<readonly [number, number]> => {
        node.dispatcher.clearTrace();
        assert.is((await node.sync(peers, ...args)).exit, 0);
        return [node.calls(WRITING).length, node.calls(READING).length];
      };
      assert.equal(await change(nodes), [5000, 3]);
      assert.equal(await change(nodes.slice(1)), [1, 3]);
      assert.equal(await change(nodes), [1, 3]);
      assert.is(node.routes().length, 5000);
    },
    () => createPeerNode(1, 'none', [{ Alias: 'Ethernet', Addresses: ['172.16.255.250/16'] }]),
  ),
);
sync(
  'another address is a new route before the old one goes, another metric is set in place',
  on(async (node) => {
    await node.sync([listed(2)]);
    node.dispatcher.clearTrace();
    await node.sync([listed(2, { addresses: ['10.240.0.99', 'fd00:240::32'] })]);
    assert.equal(node.calls(WRITING), ['CreateIpForwardEntry2', 'DeleteIpForwardEntry2']);
    assert.equal(node.routes(), ['10.244.2.0/24 10.240.0.99 256', 'fd00:244:2::/64 fd00:240::32 256']);
    node.dispatcher.clearTrace();
    const { out } = await node.sync([listed(2, { addresses: ['10.240.0.99', 'fd00:240::32'] })], '--metric', '9');
    assert.equal(node.calls(WRITING), ['SetIpForwardEntry2', 'SetIpForwardEntry2']);
    assert.equal(node.routes(), ['10.244.2.0/24 10.240.0.99 9', 'fd00:244:2::/64 fd00:240::32 9']);
    assert.match(out[0] ?? '', /^changed: 10\.244\.2\.0\/24 .* metric 9 \(node-2\); before: .* metric 256$/);
    await node.sync([], '--metric', '9');
    assert.equal(node.routes(), []);
  }),
);
sync(
  'a plan prints what would be done, and neither the host nor the disk is changed',
  on(async (node) => {
    await node.sync([listed(2)]);
    const [routes, files] = [node.routes(), readdirSync(join(node.folder, 'state'))];
    node.dispatcher.clearTrace();
    const { exit, out } = await node.sync([listed(3, { podCIDRs: ['10.244.3.0/24'] })], '--plan');
    assert.equal(
      [exit, out],
      [
        0,
        [
          'to create: 10.244.3.0/24 by 10.240.0.33 on "Ethernet", metric 256 (node-3)',
          'to remove: 10.244.2.0/24 by 10.240.0.32 on "Ethernet", metric 256',
          'to remove: fd00:244:2::/64 by fd00:240::32 on "Ethernet", metric 256',
          'plan for routes: 1 to create, 0 to change, 2 to remove, 0 unchanged, 0 refused or failed',
        ],
      ],
    );
    assert.equal(node.calls(WRITING), []);
    assert.equal([node.routes(), readdirSync(join(node.folder, 'state'))], [routes, files]);
    const fresh = createPeerNode(1);
    await fresh.sync([listed(2)], '--plan');
    assert.equal(readdirSync(fresh.folder), []);
    fresh.end();
  }),
);
sync(
  "another program's routes stay: one to the same block keeps ours away, the very same one serves",
  on(async (node) => {
    plant(node, '10.244.2.0/24', '10.240.0.77');
    plant(node, '10.244.3.0/24', '10.240.0.33');
    plant(node, '10.99.0.0/16', '10.240.0.5');
    const foreign = node.routes();
    const only4 = [2, 3, 4].map((n) => listed(n, { podCIDRs: [`10.244.${n}.0/24`] }));
    const { exit, out, err } = await node.sync(only4);
    assert.is(exit, 1);
    assert.equal(node.routes(), [...foreign, '10.244.4.0/24 10.240.0.34 256'].sort());
    assert.equal(err, [
      'left as it is: 10.244.3.0/24 by 10.240.0.33 on "Ethernet", metric 5 (node-3), another program made it',
      'refused: 10.244.2.0/24 by 10.240.0.32 on "Ethernet", metric 256 (node-2), another program has 10.244.2.0/24 by 10.240.0.77 on "Ethernet", metric 5',
    ]);
    assert.is(out.at(-1), 'routes: 1 created, 0 changed, 0 removed, 1 unchanged, 1 refused or failed');
    await node.sync([]);
    assert.equal(node.routes(), foreign);
  }),
);
sync(
  'a route of ours that another program changed is its own from then on',
  on(async (node) => {
    await node.sync([listed(2)]);
    const helper = node.ports('another program').ipHelper;
    const [row] = helper.routes(4).filter(({ metric, nextHop }) => metric === 256 && nextHop.text === '10.240.0.32');
    assert.ok(row !== undefined);
    helper.setRoute({ ...row, metric: 3 });
    assert.is((await node.sync([listed(2)])).exit, 0);
    await node.sync([]);
    assert.equal(node.routes(), ['10.244.2.0/24 10.240.0.32 3']);
  }),
);
sync(
  'what cannot be reached is refused by name, keeps what it has, and keeps nobody else',
  on(async (node) => {
    await node.sync([listed(2), listed(3)]);
    const peers = [
      listed(2, { addresses: ['192.168.7.2'] }),
      listed(3, { addresses: ['10.240.0.99', 'fd00:240::99'] }),
      listed(4, { podCIDRs: ['10.240.0.0/26'] }),
    ];
    const { exit, err } = await node.sync(peers);
    assert.is(exit, 1);
    assert.equal(err, [
      'refused: 10.244.2.0/24 (node-2), 192.168.7.2 is on no link of this host',
      'refused: fd00:244:2::/64 (node-2), it has no IPv6 address',
      'refused: 10.240.0.0/26 (node-4), 10.240.0.31 is an address of this node',
    ]);
    assert.equal(node.routes(), [
      '10.244.2.0/24 10.240.0.32 256',
      '10.244.3.0/24 10.240.0.99 256',
      'fd00:244:2::/64 fd00:240::32 256',
      'fd00:244:3::/64 fd00:240::99 256',
    ]);
  }),
);
sync(
  'the first address on link is taken, by the link with the longest prefix; a link that is down is none',
  on(
    async (node) => {
      const peer = (name: string, block: string, ...addresses: string[]) => ({ name, podCIDRs: [block], addresses });
      await node.sync([
        peer('a', '10.1.0.0/24', '192.168.9.9', '10.250.0.40'),
        peer('b', '10.2.0.0/24', '10.250.1.40'),
        peer('c', '10.3.0.0/24', '10.251.0.40'),
      ]);
      const made = node.hns.dump().host.routes as readonly { Interface: string; DestinationPrefix: string }[];
      const by = (block: string): unknown =>
        made.find(({ DestinationPrefix }) => DestinationPrefix === block)?.Interface;
      assert.equal(['10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24'].map(by), ['Near', 'Wide', undefined]);
    },
    () =>
      createPeerNode(1, 'none', [
        { Alias: 'Wide', Addresses: ['10.250.0.3/16'] },
        { Alias: 'Near', Addresses: ['10.250.0.4/24'] },
        { Alias: 'Unplugged', Addresses: ['10.251.0.4/24'], Up: false },
      ]),
  ),
);
sync(
  'this node is passed over by its name as by its address; the network tells its own blocks',
  on(
    async (node) => {
      const args = ['--network', 'cbr0', '--node-name', 'node-7'];
      const peers = [
        listed(7),
        listed(1, { podCIDRs: ['10.244.77.0/24'] }),
        listed(5, { podCIDRs: ['10.244.1.0/25'] }),
        listed(6, { podCIDRs: ['10.244.6.0/24'] }),
      ];
      const { exit, err } = await node.sync(peers, ...args);
      assert.is(exit, 1);
      assert.equal(err, ["refused: 10.244.1.0/25 (node-5), 10.244.1.0/24 is this node's own pod CIDR"]);
      assert.equal(node.routes(), ['10.244.6.0/24 10.240.0.36 256']);
      assert.equal(readdirSync(join(node.folder, 'state')).sort(), ['peers-cbr0.lock', 'routes-cbr0.json']);
    },
    () => createPeerNode(1, 'L2Bridge'),
  ),
);
sync(
  'routes are made again after a restart of the machine, and followed to the adapter that a switch makes',
  on(async (node) => {
    await node.sync([listed(2)]);
    node.hns.reboot();
    assert.equal(node.routes(), []);
    await node.sync([listed(2)]);
    const before = node.routes();
    assert.is(before.length, 2);
    await makeNetwork(node);
    assert.equal(node.routes(), before, 'Windows carries them over');
    const { exit, out } = await node.sync([listed(2)]);
    assert.equal([exit, out.length], [0, 1]);
    await node.sync([]);
    assert.equal(node.routes(), []);
  }),
);

async function makeNetwork(node: PeerNode): Promise<void> {
  const settings = {
    Name: 'cbr0',
    Type: 'L2Bridge',
    Ipams: [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '10.244.1.0/24', Routes: [] }] }],
    SchemaVersion: { Major: 2, Minor: 0 },
  };
  const id = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB0FF';
  const args = { id, settings: JSON.stringify(settings) };
  const { hresult } = await node.dispatcher.dispatch({ process: 'agent', function: 'HcnCreateNetwork', args });
  assert.is(hresult, 0);
}

const FAILURES: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['a network that is not there', ['--network', 'cbr9'], /^Cannot find the HNS network "cbr9"/],
  ['a network without ways to peers', ['--network', 'cbr0'], /its type is NAT, expected one of L2Bridge, .* Overlay$/],
];
for (const [what, args, message] of FAILURES) {
  sync(
    `${what} is exit 1, and nothing is changed`,
    on(
      async (node) => {
        const { exit, out, err } = await node.sync([listed(2)], ...args);
        assert.equal([exit, out, node.routes()], [1, [], []]);
        assert.match(err[0] ?? '', message);
      },
      () => createPeerNode(1, 'NAT'),
    ),
  );
}
sync(
  'a record that cannot be read is told of and left, and nothing is changed',
  on(async (node) => {
    await node.sync([listed(2)]);
    const [path, before] = [join(node.folder, 'state/routes.json'), node.routes()];
    writeFileSync(path, '{"version":2,"entries":[]}');
    const { exit, err } = await node.sync([listed(3)]);
    assert.is(exit, 1);
    assert.match(err[0] ?? '', /^Cannot read what is ours in ".*routes\.json": it is unreadable, expected version 1$/);
    assert.equal([node.routes(), readFileSync(path, 'utf8')], [before, '{"version":2,"entries":[]}']);
  }),
);
sync(
  'a call that fails is told of with its peer, the others go on, and the old route stays',
  on(async (node) => {
    await node.sync([listed(2), listed(3)]);
    node.dispatcher.faults.set([{ function: 'CreateIpForwardEntry2', hresult: 87 }]);
    const moved = [2, 3].map((n) => listed(n, { addresses: [`10.240.0.9${n}`, `fd00:240::3${n}`] }));
    const { exit, err } = await node.sync(moved);
    assert.is(exit, 1);
    assert.match(
      err[0] ?? '',
      /^failed: 10\.244\.2\.0\/24 by 10\.240\.0\.92 .* \(node-2\), Cannot make the route .* 87 /,
    );
    assert.equal(
      node.routes().filter((line) => line.startsWith('10.')),
      ['10.244.2.0/24 10.240.0.32 256', '10.244.3.0/24 10.240.0.93 256'],
    );
    assert.is((await node.sync(moved)).exit, 0);
    assert.equal(
      node.routes().filter((line) => line.startsWith('10.')),
      ['10.244.2.0/24 10.240.0.92 256', '10.244.3.0/24 10.240.0.93 256'],
    );
  }),
);

sync(
  'without the rights to change routes it ends at the first one, and the next run with them makes all',
  on(async (node) => {
    node.dispatcher.faults.set([{ function: 'CreateIpForwardEntry2', every: true, hresult: 5 }]);
    const { exit, out, err } = await node.sync([listed(2), listed(3)]);
    assert.equal([exit, out, err.length], [1, [], 2]);
    assert.match(err[0] ?? '', /CreateIpForwardEntry2 answered 5 .*administrator/);
    assert.equal(node.calls(WRITING), ['CreateIpForwardEntry2']);
    node.dispatcher.faults.clear();
    assert.is((await node.sync([listed(2), listed(3)])).exit, 0);
    assert.is(node.routes().length, 4);
  }),
);

const WRONG: readonly (readonly [args: readonly string[], message: string])[] = [
  [['--peers', '-', '--watch'], '--watch cannot watch stdin, expected --peers FILE'],
  [['--peers', 'x', '--watch', '--plan'], '--watch and --plan exclude each other'],
  [['--peers', 'x', '--interval', '5'], '--interval is for --watch'],
  [['--peers', 'x', '--metric', 'low'], '--metric: "low" is no number in [0, 65535]'],
  [['--peers', 'x', '--watch', '--interval', '0'], '--interval: "0" is no number in [1, 86400]'],
];
for (const [args, message] of WRONG) {
  sync(
    `${args.join(' ')} is exit 2`,
    on(async (node) => {
      const { exit, err } = await node.run(['routes', 'sync', ...args]);
      assert.is(exit, 2);
      assert.is(err[0]?.split('\n')[0], `wincni routes sync: ${message}`);
    }),
  );
}
sync(
  'a file that is not there is exit 1',
  on(async (node) => {
    const { exit, err } = await node.run(['routes', 'sync', '--peers', join(node.folder, 'none.json')]);
    assert.is(exit, 1);
    assert.match(err[0] ?? '', /^Cannot read the peers in ".*none\.json": ENOENT$/);
    assert.is((await node.run(['routes', 'sync', '--peers', node.put('{"peers":[]}')])).exit, 0);
  }),
);

sync.run();
