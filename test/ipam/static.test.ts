/** The source "static": which addresses an attachment gets, from where, and what is refused. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam } from '../../src/ipam/config.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { parseArguments } from '../../src/spec/arguments.ts';
import { writeResult } from '../../src/spec/convert.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const fixed = suite('ipam.type "static"');

interface Ask {
  readonly addresses?: unknown;
  readonly runtime?: readonly string[];
  readonly cni?: readonly string[];
  readonly env?: string;
  readonly more?: object;
}

const BOTH = [{ address: '10.1.0.7/24', gateway: '10.1.0.1' }, { address: 'fd00::7/64' }];

/** Each address, with its gateway behind it. */
function given({ addresses = BOTH, runtime, cni, env = '', more = {} }: Ask): readonly string[] {
  const ipam = decodeIpam({
    config: {
      cniVersion: '1.0.0',
      ipam: { type: 'static', addresses },
      runtimeConfig: { ips: runtime },
      args: { cni: { ips: cni } },
      ...more,
    },
    defaultDataDir: '/x',
    args: parseArguments(env),
  });
  if (ipam.source !== 'static') throw new Error(`source is ${ipam.source}`);
  return ipam.addresses.map(({ address, gateway }) => `${formatCidr(address)} ${gateway?.text ?? '-'}`);
}

const GIVEN: readonly (readonly [ask: Ask, wanted: readonly string[]])[] = [
  [{}, ['10.1.0.7/24 10.1.0.1', 'fd00::7/64 -']],
  [{ addresses: [{ ADDRESS: '10.1.0.7/24', Gateway: '' }] }, ['10.1.0.7/24 -']],
  // A gateway outside the subnet is let pass, as static does.
  [{ addresses: [{ address: '10.1.0.7/24', gateway: '10.9.0.1' }] }, ['10.1.0.7/24 10.9.0.1']],
  [{ env: 'IP=10.2.0.7/24' }, ['10.1.0.7/24 10.1.0.1', 'fd00::7/64 -', '10.2.0.7/24 -']],
  [
    { addresses: [], env: 'IP=10.2.0.7/24,10.2.0.8/24;GATEWAY=10.2.0.1' },
    ['10.2.0.7/24 10.2.0.1', '10.2.0.8/24 10.2.0.1'],
  ],
  [{ env: 'GATEWAY=10.1.0.254,fd00::1' }, ['10.1.0.7/24 10.1.0.254', 'fd00::7/64 fd00::1']],
  [{ cni: ['10.3.0.7/24'], env: 'IP=10.2.0.7/24;GATEWAY=10.2.0.1' }, ['10.3.0.7/24 -']],
  [{ runtime: ['10.4.0.7/24', 'fd00::8/64'], cni: ['10.3.0.7/24'] }, ['10.4.0.7/24 -', 'fd00::8/64 -']],
];
for (const [ask, wanted] of GIVEN) {
  fixed(`${JSON.stringify(ask)} is ${wanted.join(' and ')}`, () => {
    assert.equal(given(ask), wanted);
  });
}

const FORM = 'expected an address with its prefix length, such as "10.244.3.77/24"';
const REFUSED: readonly (readonly [ask: Ask, code: Code, message: string])[] = [
  [{ addresses: [] }, Code.InvalidConfig, 'ipam.addresses: it is absent, expected at least one address'],
  [{ addresses: {} }, Code.InvalidConfig, 'ipam.addresses: it is {}, expected a JSON array'],
  [{ addresses: [{}] }, Code.InvalidConfig, 'ipam.addresses[0].address: it is absent, expected a string'],
  [
    { addresses: [{ address: '10.1.0.7' }] },
    Code.InvalidConfig,
    `ipam.addresses[0].address: it is "10.1.0.7", ${FORM}`,
  ],
  [
    { addresses: [{ address: '10.1.0.7/24', gateway: 'x' }] },
    Code.InvalidConfig,
    'ipam.addresses[0].gateway: it is "x", expected an IP address',
  ],
  [
    { addresses: [{ address: '10.1.0.7/24', gateway: 'fd00::1' }] },
    Code.InvalidConfig,
    'ipam.addresses[0].gateway: it is "fd00::1", expected an IPv4 address',
  ],
  [{ env: 'IP=10.1.0.7/16' }, Code.InvalidConfig, 'ipam.addresses: 10.1.0.7 is there twice'],
  [{ env: 'IP=10.2.0.7' }, Code.InvalidEnvironment, `CNI_ARGS: IP is "10.2.0.7", ${FORM}`],
  [{ runtime: ['10.2.0.7'] }, Code.InvalidConfig, `runtimeConfig.ips[0]: it is "10.2.0.7", ${FORM}`],
  [{ cni: ['frog'] }, Code.InvalidConfig, `args.cni.ips[0]: it is "frog", ${FORM}`],
  [
    { env: 'GATEWAY=10.9.0.1' },
    Code.InvalidEnvironment,
    'CNI_ARGS: GATEWAY is "10.9.0.1", expected an address in the subnet of one that is given',
  ],
  [
    { env: 'IP=10.2.0.7/24', more: { cniVersion: '0.2.0' } },
    Code.InvalidConfig,
    'ipam: CNI 0.2.0 has one address of each family, and it asks for more',
  ],
  [
    { more: { runtimeConfig: { ipRanges: [[{ subnet: '10.1.0.0/24' }]] } } },
    Code.InvalidConfig,
    'runtimeConfig.ipRanges: ipam.type is "static", expected "host-local" for ranges',
  ],
];
for (const [ask, code, message] of REFUSED) {
  fixed(`${JSON.stringify(ask)} is refused`, () => {
    assert.is(throwsCni(() => given(ask), code).message, `Cannot use ${message}`);
  });
}
fixed('routes and dns are those of the section', () => {
  const dns = { nameservers: ['10.96.0.11'], domain: 'example.org', search: ['a'], options: ['ndots:2'] };
  const ipam = { type: 'static', addresses: BOTH, routes: [{ dst: '0.0.0.0/0' }], dns, dataDir: '/y' };
  const read = decodeIpam({ config: { cniVersion: '1.0.0', ipam }, defaultDataDir: '/x' });
  assert.equal([read.dns, read.routes.map(({ dst }) => formatCidr(dst)), read.dataDir], [dns, ['0.0.0.0/0'], '/y']);
});

fixed.run();

const recorded = suite('static as recorded');

interface Step {
  readonly command: string;
  readonly env: { readonly CNI_ARGS?: string };
  readonly stdin: Record<string, unknown>;
  readonly exitCode: number;
  readonly stdout: unknown;
  readonly stateAfter: { readonly files: object };
}
const { steps } = JSON.parse(
  readFileSync(new URL('../fixtures/peer-traces/static-basic.json', import.meta.url), 'utf8'),
) as { readonly steps: readonly Step[] };

/** Where the answer differs on purpose, by the number of the step. */
const DIFFERENT: Readonly<Record<number, string>> = {
  8: 'an attachment without an address: every plugin that calls static refuses the answer',
};

// CHECK and VERSION are the network plugin's own here, and no address has a file.
for (const [index, { command, env, stdin, exitCode, stdout, stateAfter }] of steps.entries()) {
  if (command !== 'ADD') continue;
  const different = DIFFERENT[index];
  recorded(`step ${index}${different === undefined ? '' : `: ${different}`}`, () => {
    assert.equal(stateAfter.files, {});
    const answer = answerTo(stdin, env.CNI_ARGS);
    if (different === undefined) assert.equal(answer, exitCode === 0 ? stdout : 'refused');
    else assert.equal([answer, exitCode], ['refused', 0]);
  });
}

function answerTo(config: Record<string, unknown>, env = ''): unknown {
  try {
    const ipam = decodeIpam({ config, defaultDataDir: '/x', args: parseArguments(env) });
    if (ipam.source !== 'static') throw new Error(`source is ${ipam.source}`);
    const ips = ipam.addresses.map(({ address, gateway }) => ({
      address: formatCidr(address),
      ...(gateway === undefined ? {} : { gateway: gateway.text }),
    }));
    const routes = ipam.routes.map(({ dst }) => ({ dst: formatCidr(dst) }));
    const { interfaces, ...answer } = writeResult({ interfaces: [], ips, routes, dns: ipam.dns }, '1.0.0');
    assert.equal(interfaces, []);
    return answer;
  } catch (error) {
    if (error instanceof CniError) return 'refused';
    throw error;
  }
}

recorded.run();
