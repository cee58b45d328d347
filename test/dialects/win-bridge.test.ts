/** The configuration of win-bridge: what is read, its defaults, and what is refused by name with its JSON path. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConf } from '../../src/dialects/choose.ts';
import type { NetConf } from '../../src/dialects/net-conf.ts';
import { BRIDGE } from '../../src/dialects/win-bridge.ts';
import { NO_ARGUMENTS } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { CONTEXT, DEFAULTS } from '../support/wanted.ts';

const LEAST = { name: 'cbr0', type: 'win-bridge', ipam: { type: 'host-local', subnet: '10.244.3.0/24' } };
const decode = (more: Record<string, unknown> = {}): NetConf =>
  decodeConf('win-bridge', { ...LEAST, ...more }, CONTEXT);

const conf = suite('decodeConf()');

conf('decodeConf() of the least there can be has every default', () => {
  const { ipam, ...rest } = decode();
  assert.is(ipam.dataDir, DEFAULTS.dataDir);
  assert.equal(rest, {
    name: 'cbr0',
    apiVersion: undefined,
    profiles: [BRIDGE],
    newNetwork: undefined,
    dns: {},
    policies: [],
    policyOrder: 'win-bridge',
    exceptions: [],
    cluster: { services: [], pods: [] },
    portMappings: [],
    bandwidth: undefined,
    aclDefault: 'allow',
    loopbackDsr: false,
    localRoutedPorts: false,
    allowsMappedPorts: false,
    mac: undefined,
    gateways: [],
    timeoutMs: 60_000,
    tombstoneMs: 600_000,
    log: { level: 'off', file: DEFAULTS.logFile },
    prevResult: undefined,
    reuse: false,
    notes: [],
  });
});

/** Keys as configurations of the field have them, and what is read of them. */
const READ: readonly (readonly [more: Record<string, unknown>, key: keyof NetConf, value: unknown])[] = [
  [{ timeoutSeconds: 5 }, 'timeoutMs', 5000],
  [{ TIMEOUTSECONDS: 0.01 }, 'timeoutMs', 10],
  [{ tombstoneSeconds: 0 }, 'tombstoneMs', 0],
  [{ ipMasqNetwork: '10.244.0.0/16' }, 'exceptions', ['10.244.0.0/16']],
  [{ ipMasqNetwork: ['10.244.0.0/16', 'fd00::/48'] }, 'exceptions', ['10.244.0.0/16', 'fd00::/48']],
  [{ IPMasqNetwork: '' }, 'exceptions', []],
  [
    { runtimeConfig: { PortMappings: [{ HostPort: 8080, ContainerPort: 80, Protocol: 'tcp', HostIP: '' }] } },
    'portMappings',
    [{ protocol: 6, hostPort: 8080, containerPort: 80, hostIp: undefined }],
  ],
  [{ runtimeConfig: { bandwidth: { EgressRate: 8000 } } }, 'bandwidth', { egressRate: 8000 }],
  [{ aclDefault: 'deny' }, 'aclDefault', 'deny'],
  [{ loopbackDSR: true }, 'loopbackDsr', true],
  [{ LoopbackDsr: true }, 'loopbackDsr', true],
  [{ prevResult: { ips: [] } }, 'prevResult', { ips: [] }],
  [{ prevResult: 'x' }, 'prevResult', 'x'],
  [{ repeatedAdd: 'reuse' }, 'reuse', true],
  [{ RepeatedAdd: 'error' }, 'reuse', false],
  [{ logLevel: 'info', logFile: 'D:\\x.log' }, 'log', { level: 'info', file: 'D:\\x.log' }],
  [{ runtimeConfig: null, prevResult: null, policies: null }, 'policies', []],
  [{ apiVersion: 2 }, 'apiVersion', 2],
  [{ APIVersion: 1 }, 'apiVersion', 1],
  [{ ipMasq: true, ipMasqNetwork: '10.244.0.0/16' }, 'exceptions', ['10.244.0.0/16']],
  [{ runtimeConfig: { mac: '00:15:5D:00:00:01' } }, 'mac', { digits: '00155d000001' }],
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

conf('a MAC is asked for by the runtime, or by CNI_ARGS where the runtime does not', () => {
  const args = { ...NO_ARGUMENTS, mac: '00:15:5D:00:00:01' };
  const asked = (more: object): string | undefined =>
    decodeConf('win-bridge', { ...LEAST, ...more }, { ...CONTEXT, args }).mac?.digits;
  assert.is(asked({}), '00155d000001');
  assert.is(asked({ runtimeConfig: { mac: '00-15-5D-00-00-02' } }), '00155d000002');
});

conf('DEL and GC need no more than by what a pod is found: keys of how are their defaults when they are wrong', () => {
  const wrong = { timeoutSeconds: 0, tombstoneSeconds: 'x', logLevel: 'loud', logFile: 'x', policies: 5, dns: [] };
  const context = { ...CONTEXT, isTeardown: true };
  const { timeoutMs, tombstoneMs, log } = decodeConf('win-bridge', { ...LEAST, ...wrong }, context);
  assert.equal([timeoutMs, tombstoneMs, log], [60_000, 600_000, { level: 'off', file: DEFAULTS.logFile }]);
  throwsCni(() => decodeConf('win-bridge', { ...LEAST, name: 5 }, context), Code.InvalidConfig);
});

/** What the key would need, and the path that the error names. */
const NOT_SUPPORTED: readonly (readonly [more: Record<string, unknown>, path: string])[] = [
  [{ additionalArgs: [{ name: 'EndpointPolicy' }] }, 'AdditionalArgs'],
  [{ AdditionalRoutes: ['10.0.0.0/8'] }, 'additionalRoutes'],
  [{ optionalFlags: { localRoutePortMapping: true } }, 'optionalFlags'],
  [{ delegate: { type: 'win-bridge' } }, 'delegate'],
  [{ endpointMacPrefix: '0E-2A' }, 'endpointMacPrefix'],
  [{ subnetFile: 'C:\\run\\flannel\\subnet.env' }, 'subnetFile'],
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
    decode({ additionalRoutes: value, runtimeConfig: { aliases: value, deviceID: value } });
    decode({ args: { cni: { ips: value } } });
  }
  decode({ args: {} });
  decode({ args: { cni: {} } });
});

const REFUSED: readonly (readonly [more: Record<string, unknown>, message: string])[] = [
  [{ ipMasq: true }, 'ipMasq: it needs ipMasqNetwork here, the CIDR that is not source-translated'],
  [
    { runtimeConfig: { bandwidth: { ingressRate: 1 } } },
    'runtimeConfig.bandwidth.ingressRate: HNS cannot limit what a pod receives, expected 0 or none',
  ],
  [{ aclDefault: 'block' }, 'aclDefault: it is "block", expected one of "allow", "deny"'],
  [{ runtimeConfig: { mac: '0' } }, 'runtimeConfig.mac: it is "0", expected a MAC address such as "00-15-5D-52-C0-01"'],
  [{ apiVersion: 3 }, 'apiVersion: it is 3, expected an integer in [1, 2]'],
  [{ name: 5 }, 'name: it is 5, expected a string'],
  [{ ipam: 'host-local' }, 'ipam: it is "host-local", expected a JSON object'],
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
