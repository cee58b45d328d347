/** Addresses asked for by name: where they may stand, which set gives them, and what is refused before anything is done. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam } from '../../src/ipam/config.ts';
import { parseArguments } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const requested = suite('addresses asked for');

const V4 = { subnet: '10.1.0.0/24', rangeStart: '10.1.0.10' };
const MORE = { subnet: '10.2.0.0/24' };
const V6 = { subnet: 'fd00::/64' };

interface Ask {
  readonly runtime?: unknown;
  readonly cni?: unknown;
  readonly env?: string;
}

function wanted({ runtime, cni, env = '' }: Ask, ranges: readonly unknown[] = [[V4], [V6]]): unknown {
  const ipam = decodeIpam({
    config: {
      cniVersion: '1.0.0',
      ipam: { type: 'host-local', ranges },
      runtimeConfig: { ips: runtime },
      args: { cni: { ips: cni } },
    },
    defaultDataDir: '/x',
    args: parseArguments(env),
  });
  return ipam.source === 'host-local' && ipam.wanted.map((ip) => ip?.text ?? '-').join(' ');
}

/** What is asked for, and what each set is to give. */
const TAKEN: readonly (readonly [ask: Ask, wanted: string])[] = [
  [{}, '- -'],
  [{ env: 'IP=10.1.0.50' }, '10.1.0.50 -'],
  [{ env: 'IP=fd00::5' }, '- fd00::5'],
  [{ env: 'IP=10.1.0.50/24, FD00:0::5/64' }, '10.1.0.50 fd00::5'],
  [{ runtime: ['10.1.0.60/24'] }, '10.1.0.60 -'],
  [{ runtime: ['fd00::6', '10.1.0.60'] }, '10.1.0.60 fd00::6'],
  [{ cni: ['10.1.0.61/32'] }, '10.1.0.61 -'],
  [{ env: 'IP=fd00::5', cni: ['10.1.0.61'] }, '10.1.0.61 fd00::5'],
  [{ env: 'IP=10.1.0.50', cni: ['10.1.0.61'] }, '10.1.0.61 -'],
  [{ env: 'IP=10.1.0.50', runtime: ['10.1.0.60'], cni: ['10.1.0.61'] }, '10.1.0.60 -'],
  [{ env: 'IP=10.1.0.50,10.1.0.50', cni: ['10.1.0.50'] }, '10.1.0.50 -'],
  ...[null, '', false, [], {}].map((nothing) => [{ runtime: nothing, cni: nothing }, '- -'] as const),
];
for (const [ask, each] of TAKEN) {
  requested(`${JSON.stringify(ask)} is ${each}`, () => {
    assert.is(wanted(ask), each);
  });
}
requested('each of several sets of a family has its own, and a set of two ranges one of both', () => {
  assert.is(wanted({ env: 'IP=10.2.0.5', runtime: ['10.1.0.50'] }, [[V4], [MORE]]), '10.1.0.50 10.2.0.5');
  assert.is(wanted({ env: 'IP=10.2.0.5' }, [[V4, MORE]]), '10.2.0.5');
});

const REFUSED: readonly (readonly [ask: Ask, code: Code, message: string])[] = [
  [{ env: 'IP=frog' }, Code.InvalidEnvironment, 'CNI_ARGS: IP is "frog", expected an IP address'],
  [{ env: 'IP=10.1.0.50/33' }, Code.InvalidEnvironment, 'CNI_ARGS: IP is "10.1.0.50/33", expected an IP address'],
  [{ runtime: '10.1.0.50' }, Code.InvalidConfig, 'runtimeConfig.ips: it is "10.1.0.50", expected a JSON array'],
  [{ runtime: [5] }, Code.InvalidConfig, 'runtimeConfig.ips[0]: it is 5, expected a string'],
  [{ cni: ['10.1.0.50', 'x'] }, Code.InvalidConfig, 'args.cni.ips[1]: it is "x", expected an IP address'],
  [
    { env: 'IP=10.99.0.1' },
    Code.InvalidEnvironment,
    'CNI_ARGS: IP is "10.99.0.1", expected an address of one of the ranges',
  ],
  // Below the start of the range, though in its subnet.
  [
    { runtime: ['10.1.0.5'] },
    Code.InvalidConfig,
    'runtimeConfig.ips[0]: it is "10.1.0.5", expected an address of one of the ranges',
  ],
  [
    { runtime: ['fd00::1'] },
    Code.InvalidConfig,
    'runtimeConfig.ips[0]: it is "fd00::1", expected one that is not the gateway of its range',
  ],
  [
    { cni: ['10.1.0.50', '10.1.0.51'] },
    Code.InvalidConfig,
    'args.cni.ips[1]: it is "10.1.0.51", expected one address of each set of ranges, and 10.1.0.50 is of the same set',
  ],
  // What counts less is ignored, but not where it could never be given.
  [
    { runtime: ['10.1.0.50'], env: 'IP=10.99.0.1' },
    Code.InvalidEnvironment,
    'CNI_ARGS: IP is "10.99.0.1", expected an address of one of the ranges',
  ],
];
for (const [ask, code, message] of REFUSED) {
  requested(`${JSON.stringify(ask)} is refused`, () => {
    assert.is(throwsCni(() => wanted(ask), code).message, `Cannot use ${message}`);
  });
}
requested('args that are not of the form of CONVENTIONS.md ask for nothing', () => {
  for (const args of ['x', 5, [], { cni: 'x' }, { cni: [] }]) {
    const config = { cniVersion: '1.0.0', ipam: { type: 'host-local', ...V4 }, args };
    const ipam = decodeIpam({ config, defaultDataDir: '/x' });
    assert.equal(ipam.source === 'host-local' && ipam.wanted, [undefined]);
  }
});

requested.run();
