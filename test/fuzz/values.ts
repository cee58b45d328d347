/** Values that readers of configurations trip over, beside whatever fast-check makes up. */
import * as fc from 'fast-check';
import { SUPPORTED } from '../../src/spec/version.ts';

/** Stands for the node's own folder, wherever that is. */
export const ROOT = '<root>';

const NAMES = ['con', 'COM1.x', 'a/b', '../x', 'C:x', 'a\\b', '.', '..', 'x.', '-x', 'é', 'constructor', '__proto__'];
const ADDRESSES = [
  '10.244.3.0/24',
  '10.244.3.7',
  '10.244.3.7/24',
  '0.0.0.0/0',
  '::/0',
  'fd00:10:244:3::/64',
  'fe80::1',
];
const NUMBERS = ['1.2.3', '010.1.1.1', '1.2.3.4/33', '::ffff:1.2.3.4', '1e3', '-0', '65536', 'NaN'];
const PLACES = ['', '/x', '/../x', '/x/..', '/x y/é', '/con/x', '/x:y', '/\u0000'].map((path) => `${ROOT}${path}`);
const FIELD = [
  'host-local',
  'static',
  'fake-ipam',
  'win-bridge',
  'flannel',
  'nat',
  'sdnoverlay',
  'l2bridge',
  'wincni.exe',
];
const POLICIES = ['OutBoundNAT', 'ACL', 'SDNRoute', 'PortMapping', 'EndpointPolicy', 'none', 'reuse', 'deny', 'info'];
const ODD = ['', ' ', '\n', '\u0000', '\ud800', '😀', 'x'.repeat(300), '%s%n', '{}', 'null', 'not found', '0', 'true'];

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NAMES, ...ADDRESSES, ...NUMBERS, ...PLACES, ...FIELD, ...POLICIES, ...ODD, ...SUPPORTED),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 1, 2, 80, 255, 4096, 65_535, 65_536, 2 ** 31, 2 ** 53, 1e308, -1e308),
  fc.integer(),
);

export const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: text, weight: 4 },
  { arbitrary: number, weight: 2 },
  {
    arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [{}], [null], { '': {} }, { toString: null }),
    weight: 2,
  },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
);

/** Keys with a meaning to somebody, or to JavaScript. */
export const key: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    '0',
    '',
    'ips',
    'dns',
  ),
  fc.constantFrom(
    'ipam',
    'policies',
    'AdditionalArgs',
    'optionalFlags',
    'delegate',
    'apiVersion',
    'gateway',
    'aclDefault',
  ),
  fc.constantFrom(
    'portMappings',
    'bandwidth',
    'mac',
    'ipRanges',
    'ranges',
    'subnet',
    'rangeStart',
    'addresses',
    'dataDir',
  ),
  fc.constantFrom(
    'logFile',
    'logLevel',
    'subnetFile',
    'resolvConf',
    'podCidr',
    'routes',
    'timeoutSeconds',
    'repeatedAdd',
  ),
  text,
);
