/** The configuration of win-bridge: what is read, its defaults, and what is refused by name with its JSON path. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConf, type NetConf } from '../../src/plugins/conf.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const DEFAULTS = { dataDir: 'C:\\var\\lib\\cni\\networks', logFile: 'C:\\ProgramData\\wincni\\wincni.log' };
const LEAST = { name: 'cbr0', type: 'win-bridge', ipam: { type: 'host-local', subnet: '10.244.3.0/24' } };
const decode = (more: Record<string, unknown> = {}): NetConf => decodeConf({ ...LEAST, ...more }, DEFAULTS);

const conf = suite('decodeConf()');

conf('decodeConf() of the least there can be has every default', () => {
  const { ipam, ...rest } = decode();
  assert.is(ipam.dataDir, DEFAULTS.dataDir);
  assert.equal(rest, {
    name: 'cbr0',
    dns: {},
    policies: [],
    ipMasqNetwork: undefined,
    loopbackDsr: false,
    gateways: [],
    timeoutMs: 60_000,
    tombstoneMs: 600_000,
    log: { level: 'off', file: DEFAULTS.logFile },
    prevResult: undefined,
    reuse: false,
  });
});

/** Keys as configurations of the field have them, and what is read of them. */
const READ: readonly (readonly [more: Record<string, unknown>, key: keyof NetConf, value: unknown])[] = [
  [{ timeoutSeconds: 5 }, 'timeoutMs', 5000],
  [{ TIMEOUTSECONDS: 0.01 }, 'timeoutMs', 10],
  [{ tombstoneSeconds: 0 }, 'tombstoneMs', 0],
  [{ ipMasqNetwork: '10.244.0.0/16' }, 'ipMasqNetwork', '10.244.0.0/16'],
  [{ IPMasqNetwork: '' }, 'ipMasqNetwork', undefined],
  [{ loopbackDSR: true }, 'loopbackDsr', true],
  [{ LoopbackDsr: true }, 'loopbackDsr', true],
  [{ prevResult: { ips: [] } }, 'prevResult', { ips: [] }],
  [{ prevResult: 'x' }, 'prevResult', 'x'],
  [{ repeatedAdd: 'reuse' }, 'reuse', true],
  [{ RepeatedAdd: 'error' }, 'reuse', false],
  [{ logLevel: 'info', logFile: 'D:\\x.log' }, 'log', { level: 'info', file: 'D:\\x.log' }],
  [{ runtimeConfig: null, prevResult: null, policies: null }, 'policies', []],
  [{ apiVersion: 2 }, 'name', 'cbr0'],
  [{ capabilities: { portMappings: true, dns: true } }, 'name', 'cbr0'],
  [{ keyOfSomeoneElse: { a: 1 } }, 'name', 'cbr0'],
];
for (const [more, key, value] of READ) {
  conf(`decodeConf() reads ${JSON.stringify(more)}`, () => {
    assert.equal(decode(more)[key], value);
  });
}

const GATEWAYS: readonly (readonly [gateway: unknown, read: readonly string[]])[] = [
  ['10.244.3.1', ['10.244.3.1']],
  [
    ['10.244.3.1', 'fd00::1'],
    ['10.244.3.1', 'fd00::1'],
  ],
  [[], []],
  [null, []],
];
for (const [gateway, read] of GATEWAYS) {
  conf(`decodeConf() reads gateway ${JSON.stringify(gateway)}`, () => {
    assert.equal(
      decode({ gateway }).gateways.map(({ text }) => text),
      read,
    );
  });
}

/** What the key would need, and the path that the error names. */
const NOT_SUPPORTED: readonly (readonly [more: Record<string, unknown>, path: string])[] = [
  [{ additionalArgs: [{ name: 'EndpointPolicy' }] }, 'AdditionalArgs'],
  [{ AdditionalRoutes: ['10.0.0.0/8'] }, 'additionalRoutes'],
  [{ optionalFlags: { localRoutePortMapping: true } }, 'optionalFlags'],
  [{ delegate: { type: 'win-bridge' } }, 'delegate'],
  [{ endpointMacPrefix: '0E-2A' }, 'endpointMacPrefix'],
  [{ ipMasq: true }, 'ipMasq'],
  [{ subnetFile: 'C:\\run\\flannel\\subnet.env' }, 'subnetFile'],
  [{ runtimeConfig: { portMappings: [{ hostPort: 80 }] } }, 'runtimeConfig.portMappings'],
  [{ RuntimeConfig: { PORTMAPPINGS: [{ hostPort: 80 }] } }, 'runtimeConfig.portMappings'],
  [{ runtimeConfig: { bandwidth: { ingressRate: 1 } } }, 'runtimeConfig.bandwidth'],
  [{ runtimeConfig: { mac: '00-15-5D-00-00-01' } }, 'runtimeConfig.mac'],
  [{ runtimeConfig: { aliases: ['web'] } }, 'runtimeConfig.aliases'],
  [{ runtimeConfig: { infinibandGUID: 'x' } }, 'runtimeConfig.infinibandGUID'],
  [{ runtimeConfig: { deviceID: 'x' } }, 'runtimeConfig.deviceID'],
  [{ ARGS: { CNI: { labels: [{ key: 'a' }] } } }, 'args.cni.labels'],
];
for (const [more, path] of NOT_SUPPORTED) {
  conf(`decodeConf() refuses ${JSON.stringify(more)} by name`, () => {
    assert.equal(throwsCni(() => decode(more), Code.InvalidConfig).toJSON(), {
      code: 7,
      msg: `Cannot use ${path}: it is not supported by this version`,
      details: `JSON path ${path}`,
    });
  });
}
conf('decodeConf() lets keys pass that ask for nothing', () => {
  for (const value of [null, '', false, [], {}]) {
    decode({ additionalRoutes: value, ipMasq: value, runtimeConfig: { portMappings: value, bandwidth: value } });
    decode({ args: { cni: { ips: value } } });
  }
  decode({ args: {} });
  decode({ args: { cni: {} } });
});

const REFUSED: readonly (readonly [more: Record<string, unknown>, message: string])[] = [
  [{ type: undefined }, 'type: it is absent, expected a string'],
  [{ type: 'win-overlay' }, 'type: it is "win-overlay", expected "win-bridge"'],
  [{ apiVersion: 1 }, 'apiVersion: HNS v1 is not supported, expected 2 (HCN)'],
  [{ apiVersion: 3 }, 'apiVersion: it is 3, expected an integer in [1, 2]'],
  [{ name: 5 }, 'name: it is 5, expected a string'],
  [{ ipam: undefined }, 'ipam.type: it is absent, expected a string'],
  [{ ipam: 'host-local' }, 'ipam: it is "host-local", expected a JSON object'],
  [{ ipam: {} }, 'ipam.type: it is absent, expected a string'],
  [{ dns: [] }, 'dns: it is [], expected a JSON object'],
  [{ runtimeConfig: [] }, 'runtimeConfig: it is [], expected a JSON object'],
  [{ runtimeConfig: { dns: 5 } }, 'runtimeConfig.dns: it is 5, expected a JSON object'],
  [{ policies: {} }, 'policies: it is {}, expected a JSON array'],
  [{ ipMasqNetwork: '10.244.0.0' }, 'ipMasqNetwork: it is "10.244.0.0", expected a CIDR such as "10.96.0.0/12"'],
  [{ loopbackDSR: 'yes' }, 'loopbackDSR: it is "yes", expected true or false'],
  [{ gateway: '10.244.3.1/24' }, 'gateway: it is "10.244.3.1/24", expected an IP address'],
  [{ gateway: ['10.244.3.1', 5] }, 'gateway[1]: it is 5, expected an IP address'],
  [{ gateway: ['10.244.3.1', '10.244.3.2'] }, 'gateway: a family has two gateways, expected one'],
  [{ timeoutSeconds: 0 }, 'timeoutSeconds: it is 0, expected a number in [0.01, 600]'],
  [{ timeoutSeconds: '60' }, 'timeoutSeconds: it is "60", expected a number in [0.01, 600]'],
  [{ tombstoneSeconds: -1 }, 'tombstoneSeconds: it is -1, expected a number in [0, 86400]'],
  [{ logFile: 'x.log' }, 'logFile: it is "x.log", expected an absolute path'],
  [{ repeatedAdd: true }, 'repeatedAdd: it is true, expected one of "error", "reuse"'],
];
for (const [more, message] of REFUSED) {
  conf(`decodeConf() refuses ${JSON.stringify(more)}`, () => {
    const error = throwsCni(() => decode(more), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

conf.run();
