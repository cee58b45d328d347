/** Host ports: who claims which on the node, whatever the network, and that nobody holds one after it is gone. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import type { HostPort, LeaseStore, Reservation } from '../../src/ipam/lease.ts';
import { type CniError, Code } from '../../src/spec/error.ts';
import { Cut, inFolder, scissors, tree } from '../support/disk.ts';
import { fakeClock, holder, request, reserved, type StoreSetup, storeIn, UNFLUSHED } from '../support/ipam.ts';
import { rejectsCni } from '../support/throws.ts';

const tcp = (hostPort: number, hostIp?: string): HostPort => ({ protocol: 6, hostPort, hostIp });
const udp = (hostPort: number, hostIp?: string): HostPort => ({ protocol: 17, hostPort, hostIp });
const CLAIM = '.wincni/ports/6-8080.json';
const [one, two] = [holder(1), holder(2)];
const recordOf = (n: number, network = 'net'): string => `${network}/.wincni/attachments/${holder(n).key}.json`;

/** The nth pod asks for ports, on the network "net" or another one of the same `dataDir`. */
const ask = (folder: string, n: number, ports: readonly HostPort[], setup: StoreSetup = {}): Promise<Reservation> => {
  const network = setup.network ?? 'net';
  const names = { network, podNamespace: 'shop', podName: `web-${n}` };
  return storeIn(folder, setup).reserve(request(holder(n), { ...names, ports }));
};
/** Who has the port that was refused, or "reserved". */
const told = (answer: Reservation): string =>
  answer.kind === 'port' ? `${answer.holder.containerId} has ${answer.port.hostPort}` : answer.kind;
const claims = (folder: string): readonly string[] =>
  Object.keys(tree(folder)).filter((path) => path.startsWith('.wincni/ports/') && !path.endsWith('/lock'));

const ports = suite('host ports');

ports('a claim says who has it, and the record which ones it has', () =>
  inFolder(async (folder) => {
    const asked = [tcp(8080), udp(53, '10.0.0.5')];
    const lease = reserved(await ask(folder, 1, asked));
    assert.equal(lease.ports, asked);
    const files = tree(folder);
    const name = { network: 'net', ...one, podNamespace: 'shop', podName: 'web-1' };
    assert.equal(JSON.parse(files[CLAIM] ?? ''), { version: 1, claims: [name] });
    const dns = JSON.parse(files['.wincni/ports/17-53.json'] ?? '') as unknown;
    assert.equal(dns, { version: 1, claims: [{ ...name, hostIp: '10.0.0.5' }] });
    const { ports: recorded } = JSON.parse(files[recordOf(1)] ?? '') as { readonly ports: unknown };
    assert.equal(recorded, [{ protocol: 6, hostPort: 8080 }, udp(53, '10.0.0.5')]);
    assert.equal(await storeIn(folder).find(one.key), lease);
  }),
);
ports('without a mapping no file of theirs is touched, by no function', () =>
  inFolder(async (folder) => {
    const touched: string[] = [];
    const watch =
      <A extends readonly [string, ...unknown[]], R>(call: (...args: A) => R) =>
      (...args: A): R => {
        if (args[0].startsWith(join(folder, '.wincni'))) touched.push(args[0]);
        return call(...args);
      };
    const { read, open, unlink, mkdir, exists, list } = SYSTEM_CALLS;
    const calls = {
      ...UNFLUSHED,
      ...{ read: watch(read), open: watch(open), unlink: watch(unlink) },
      ...{ mkdir: watch(mkdir), exists: watch(exists), list: watch(list) },
    };
    const locks: string[] = [];
    const lock = {
      acquire: (path: string) => {
        locks.push(path.slice(folder.length));
        return Promise.resolve(() => undefined);
      },
    };
    const store = storeIn(folder, { calls, lock });
    reserved(await store.reserve(request(one)));
    await store.commit(one.key);
    await store.bury(one.key);
    await store.exhume(one.key);
    reserved(await store.reserve(request(one)));
    await store.release(one);
    assert.equal(touched, []);
    assert.equal([...new Set(locks)], ['/net/lock']);
  }),
);
ports('another attachment’s port is refused with its holder, and nothing is changed', () =>
  inFolder(async (folder) => {
    reserved(await ask(folder, 1, [tcp(8080)]));
    const before = tree(folder);
    for (const network of ['net', 'other']) {
      mkdirSync(join(folder, network), { recursive: true });
      const answer = await ask(folder, 2, [udp(53), tcp(8080, '10.0.0.5')], { network });
      assert.equal(answer, {
        kind: 'port',
        port: tcp(8080, '10.0.0.5'),
        holder: { network: 'net', ...one, podNamespace: 'shop', podName: 'web-1' },
      });
      assert.equal(tree(folder), before);
    }
  }),
);

/** What the first pod has, what the second asks for, and whether both can have it. */
const PAIRS: readonly (readonly [HostPort, HostPort, boolean])[] = [
  [tcp(80), tcp(80), false],
  [tcp(80), udp(80), true],
  [tcp(80), tcp(81), true],
  [tcp(80), tcp(80, '10.0.0.5'), false],
  [tcp(80, '10.0.0.5'), tcp(80), false],
  [tcp(80, '10.0.0.5'), tcp(80, '10.0.0.5'), false],
  [tcp(80, '10.0.0.5'), tcp(80, '10.0.0.6'), true],
  [tcp(80, ''), tcp(80, '10.0.0.6'), false],
  [tcp(80, '0.0.0.0'), tcp(80, '10.0.0.6'), false],
  [tcp(80, '10.0.0.6'), tcp(80, '::'), false],
  [tcp(80, 'fd00::5'), tcp(80, 'FD00:0::5'), false],
  [tcp(80, 'fd00::5'), tcp(80, 'fd00::6'), true],
];
for (const [first, second, both] of PAIRS) {
  const show = ({ protocol, hostPort, hostIp }: HostPort): string => `${protocol}/${hostIp ?? 'all'}:${hostPort}`;
  ports(`${show(first)} and ${show(second)} ${both ? 'go together' : 'do not go together'}`, () =>
    inFolder(async (folder) => {
      reserved(await ask(folder, 1, [first]));
      assert.is(told(await ask(folder, 2, [second])), both ? 'reserved' : `pod1 has ${second.hostPort}`);
    }),
  );
}
ports('one attachment may have a port on several addresses, once each', () =>
  inFolder(async (folder) => {
    reserved(await ask(folder, 1, [tcp(80, '10.0.0.5'), tcp(80, '10.0.0.6'), tcp(80, '10.0.0.5')]));
    const { claims: list } = JSON.parse(tree(folder)['.wincni/ports/6-80.json'] ?? '') as {
      readonly claims: unknown[];
    };
    assert.is(list.length, 2);
    assert.is(told(await ask(folder, 2, [tcp(80, '10.0.0.6')])), 'pod1 has 80');
    reserved(await ask(folder, 2, [tcp(80, '10.0.0.7')]));
    await storeIn(folder).release(one);
    reserved(await ask(folder, 3, [tcp(80, '10.0.0.6')]));
    assert.is(told(await ask(folder, 4, [tcp(80, '10.0.0.7')])), 'pod2 has 80');
  }),
);
ports('release(), exhume() and expire() free them, bury() keeps them', () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const store = storeIn(folder, { clock });
    const again = async (): Promise<LeaseStore> => {
      reserved(await ask(folder, 1, [tcp(8080)], { clock }));
      return store;
    };
    await (await again()).release(one);
    await (await again()).bury(one.key);
    assert.is(told(await ask(folder, 2, [tcp(8080)], { clock })), 'pod1 has 8080');
    await store.release(one);
    assert.equal(claims(folder), [CLAIM], 'a tombstone keeps it');
    await store.exhume(one.key);
    await (await again()).bury(one.key);
    assert.is(await store.expire(one.key, 1), false);
    assert.equal(claims(folder), [CLAIM]);
    assert.is(await store.expire(one.key, 0), true);
    assert.equal(Object.keys(tree(folder)), ['net/last_reserved_ip.0']);
  }),
);
for (const source of ['hns', 'static', 'plugin'] as const) {
  ports(`a lease of ${source} has its ports by its record`, () =>
    inFolder(async (folder) => {
      const ipam = source === 'static' ? { source, addresses: [] } : { source };
      reserved(await ask(folder, 1, [tcp(8080)], { ipam }));
      assert.is(told(await ask(folder, 2, [tcp(8080)])), 'pod1 has 8080');
      await storeIn(folder, { ipam }).release(one);
      reserved(await ask(folder, 2, [tcp(8080)]));
    }),
  );
}

/** How the first pod's claim comes to be nobody's. */
const ABANDONED: Readonly<Record<string, (folder: string) => unknown>> = {
  'whose record is gone': (folder) => {
    rmSync(join(folder, recordOf(1)));
  },
  'whose network is gone': (folder) => {
    rmSync(join(folder, 'net'), { recursive: true });
  },
  'whose address host-local has released': (folder) => {
    rmSync(join(folder, 'net', '10.244.3.10'));
  },
  'whose attachment came again without it': async (folder) => {
    const claim = readFileSync(join(folder, CLAIM), 'utf8');
    await storeIn(folder).release(one);
    reserved(await ask(folder, 1, [tcp(9090)]));
    writeFileSync(join(folder, CLAIM), claim);
  },
};
for (const [name, abandon] of Object.entries(ABANDONED)) {
  ports(`a claim ${name} is taken over, from another network, too`, () =>
    inFolder(async (folder) => {
      reserved(await ask(folder, 1, [tcp(8080)]));
      await abandon(folder);
      reserved(await ask(folder, 2, [tcp(8080)], { network: 'other' }));
      // What it was to free meanwhile is another's.
      await storeIn(folder).release(one);
      assert.is(told(await ask(folder, 3, [tcp(8080)])), 'pod2 has 8080');
    }),
  );
}
ports('a file of claims that cannot be read keeps no lease from being freed, and its port from being given', () =>
  inFolder(async (folder) => {
    reserved(await ask(folder, 1, [tcp(8080), tcp(9090)]));
    const errors: CniError[] = [];
    const store = storeIn(folder, { onUnreadable: (error) => errors.push(error) });
    const ours = { version: 1, claims: [{ network: '..', key: one.key, containerId: 'x', ifname: 'eth0' }] };
    for (const content of ['', '{', '{"version":2,"claims":[]}', '{"version":1,"claims":[{}]}', JSON.stringify(ours)]) {
      writeFileSync(join(folder, CLAIM), content);
      const error = await rejectsCni(ask(folder, 2, [tcp(8080)]), Code.Ipam, /^Cannot read who has a host port in /);
      assert.ok(error.message.includes(CLAIM));
      assert.is(await storeIn(folder).find(two.key), undefined);
    }
    await store.release(one);
    assert.equal(
      errors.map(({ code }) => code),
      [Code.Ipam],
    );
    assert.is(await store.find(one.key), undefined);
    assert.equal(claims(folder), [CLAIM]);
  }),
);
ports('a record that cannot be read keeps its ports: it may be anyone’s', () =>
  inFolder(async (folder) => {
    reserved(await ask(folder, 1, [tcp(8080)]));
    writeFileSync(join(folder, recordOf(1)), '{');
    assert.is(told(await ask(folder, 2, [tcp(8080)], { network: 'other' })), 'pod1 has 8080');
  }),
);
ports('a write that fails is taken back, with the ports', () =>
  inFolder(async (folder) => {
    for (const where of [/6-9090/, /last_res/]) {
      const calls = {
        ...UNFLUSHED,
        open: (path: string, flags: string) => {
          if (where.test(path)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          return UNFLUSHED.open(path, flags);
        },
      };
      await rejectsCni(ask(folder, 1, [tcp(8080), tcp(9090)], { calls }), Code.Io, /ENOSPC/);
      assert.equal(tree(folder), {});
    }
  }),
);
ports('the node’s lock is taken under the network’s, and both are given back', () =>
  inFolder(async (folder) => {
    const log: string[] = [];
    const lock = {
      acquire: (path: string) => {
        log.push(path.slice(folder.length));
        return Promise.resolve(() => log.push('free'));
      },
    };
    reserved(await ask(folder, 1, [tcp(8080)], { lock }));
    writeFileSync(join(folder, CLAIM), '{');
    await rejectsCni(ask(folder, 2, [tcp(8080)], { lock }), Code.Ipam);
    assert.equal(log, [
      '/net/lock',
      '/.wincni/ports/lock',
      'free',
      'free',
      '/net/lock',
      '/.wincni/ports/lock',
      'free',
      'free',
    ]);
  }),
);
ports('of many at once on two networks one gets it', () =>
  inFolder(async (folder) => {
    const lock = createFileLock();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        ask(folder, n, [tcp(8080)], { lock, network: n % 2 === 0 ? 'net' : 'other' }),
      ),
    );
    const winner = answers.findIndex(({ kind }) => kind === 'reserved');
    assert.ok(winner >= 0);
    assert.ok(answers.every((answer, n) => (n === winner ? true : told(answer) === `pod${winner} has 8080`)));
  }),
);

ports.run();

/** Commands of four pods on two networks that ask for two ports, cut anywhere: each port has one living holder at most. */
const lives = suite('host ports of random lives');

const step = fc.record({
  verb: fc.constantFrom('reserve' as const, 'reserve' as const, 'release' as const, 'bury' as const, 'exhume' as const),
  pod: fc.nat(3),
  asks: fc.subarray([tcp(80), tcp(80, '10.0.0.5'), udp(53)]),
  cut: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 3 }),
});
const networkOf = (pod: number): string => (pod < 2 ? 'net' : 'other');

lives('no port has two holders, none is held by nobody, and none is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) =>
      inFolder(async (folder) => {
        const sure: Sure = new Map();
        for (const one of steps) await take(folder, one, sure);
        await free(folder);
        // Nothing that a crash has left keeps anyone from having all of them.
        for (const pod of PODS) {
          reserved(await ask(folder, pod, [tcp(80), udp(53)], { network: networkOf(pod) }));
          await free(folder);
        }
        assert.equal(claims(folder), []);
      }),
    ),
    { numRuns: 200 },
  );
});

const PODS = [0, 1, 2, 3] as const;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Ports that a pod was told to have, and that nobody began to take from it. */
type Sure = Map<number, readonly HostPort[]>;

async function take(folder: string, { verb, pod, asks, cut }: Step, sure: Sure): Promise<void> {
  const setup = { calls: cut === undefined ? UNFLUSHED : scissors(cut).calls, network: networkOf(pod) };
  const store = storeIn(folder, setup);
  const run = {
    reserve: () => ask(folder, pod, asks, setup),
    release: () => store.release(holder(pod)),
    bury: () => store.bury(holder(pod).key),
    exhume: () => store.exhume(holder(pod).key),
  };
  if (verb === 'release' || verb === 'exhume') sure.delete(pod);
  const answer = (await orCut<unknown>(run[verb]())) as Reservation | undefined;
  if (answer?.kind === 'reserved') sure.set(pod, answer.lease.ports);
  const numbers = [...sure.values()].flatMap((all) => [...new Set(all.map(({ hostPort }) => hostPort))]);
  assert.is(new Set(numbers).size, numbers.length, 'a port twice');
  if (answer?.kind !== 'port') return;
  // Whoever is refused is refused for somebody else who lives.
  const { key } = answer.holder;
  assert.is.not(key, holder(pod).key);
  const other = storeIn(folder, { network: answer.holder.network });
  assert.ok((await other.buried(key)) ?? (await other.find(key)));
}

async function orCut<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Cut) return undefined;
    throw thrown;
  }
}

async function free(folder: string): Promise<void> {
  for (const pod of PODS) {
    const store = storeIn(folder, { network: networkOf(pod) });
    await store.release(holder(pod));
    await store.exhume(holder(pod).key);
  }
}

lives.run();
