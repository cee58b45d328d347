/** CNI_ARGS: what is read of it, and what is refused with code 4. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CniArguments, NO_ARGUMENTS, parseArguments } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const args = suite('parseArguments()');

const READ: readonly (readonly [text: string, read: Partial<CniArguments>])[] = [
  ['', {}],
  ['K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1', { podNamespace: 'shop', podName: 'web-1' }],
  ['IgnoreUnknown=1;COLOUR=red;K8S_POD_NAME=web-1', { podName: 'web-1', ignoreUnknown: true }],
  ['COLOUR=red;IgnoreUnknown=true', { ignoreUnknown: true }],
  ['COLOUR=red;IgnoreUnknown=TRUE', { ignoreUnknown: true }],
  ['K8S_POD_INFRA_CONTAINER_ID=a1;K8S_POD_UID=b2;K8S_POD_NAME=', { podName: '' }],
  ['K8S_POD_NAME=a=b', { podName: 'a=b' }],
  ['IP=10.244.3.9', { ips: ['10.244.3.9'] }],
  ['IP=10.244.3.9/24, fd00::9/64', { ips: ['10.244.3.9/24', 'fd00::9/64'] }],
  ['IP=frog', { ips: ['frog'] }],
  ['IP=;MAC=;GATEWAY= ', {}],
  ['IgnoreUnknown=1;MAC=00-15-5D-4b-01-07', { mac: '00-15-5D-4b-01-07', ignoreUnknown: true }],
  ['MAC=00:15:5D:00:00:01', { mac: '00:15:5D:00:00:01' }],
  ['GATEWAY=10.244.3.1,fd00::1', { gateways: ['10.244.3.1', 'fd00::1'] }],
];
for (const [text, read] of READ) {
  args(`parseArguments() reads "${text}"`, () => {
    assert.equal(parseArguments(text), { ...NO_ARGUMENTS, ...read });
  });
}

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['COLOUR', '"COLOUR" is no KEY=VALUE pair'],
  ['=red', '"=red" is no KEY=VALUE pair'],
  ['K8S_POD_NAME=a;', '"" is no KEY=VALUE pair'],
  ['COLOUR=red', 'the key "COLOUR" is unknown, expected IgnoreUnknown=1'],
  ['COLOUR=red;IgnoreUnknown=0', 'the key "COLOUR" is unknown, expected IgnoreUnknown=1'],
  ['IP=10.244.3.9,', 'IP is "10.244.3.9,", expected a value between all commas'],
  ['GATEWAY=,10.244.3.1', 'GATEWAY is ",10.244.3.1", expected a value between all commas'],
  ...['00-15-5D-00-00', '00-15:5D-00-00-01', '00155D000001', 'x'].map(
    (mac) => [`MAC=${mac}`, `MAC is "${mac}", expected one such as 00-15-5D-4B-01-07`] as const,
  ),
];
for (const [text, message] of REFUSED) {
  args(`parseArguments() refuses "${text}"`, () => {
    const error = throwsCni(() => parseArguments(text), Code.InvalidEnvironment);
    assert.is(error.message, `Cannot use CNI_ARGS: ${message}`);
    assert.is(error.details, 'variable CNI_ARGS');
  });
}

args.run();
