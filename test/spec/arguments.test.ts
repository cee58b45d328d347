/** CNI_ARGS: what is read of it, and what is refused with code 4. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const args = suite('parseArguments()');

const READ: readonly (readonly [text: string, namespace: string | undefined, name: string | undefined])[] = [
  ['', undefined, undefined],
  ['K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1', 'shop', 'web-1'],
  ['IgnoreUnknown=1;COLOUR=red;K8S_POD_NAME=web-1', undefined, 'web-1'],
  ['COLOUR=red;IgnoreUnknown=true', undefined, undefined],
  ['COLOUR=red;IgnoreUnknown=TRUE', undefined, undefined],
  ['K8S_POD_INFRA_CONTAINER_ID=a1;K8S_POD_UID=b2;K8S_POD_NAME=', undefined, ''],
  ['K8S_POD_NAME=a=b', undefined, 'a=b'],
];
for (const [text, podNamespace, podName] of READ) {
  args(`parseArguments() reads "${text}"`, () => {
    assert.equal(parseArguments(text), { podNamespace, podName });
  });
}

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['COLOUR', '"COLOUR" is no KEY=VALUE pair'],
  ['=red', '"=red" is no KEY=VALUE pair'],
  ['K8S_POD_NAME=a;', '"" is no KEY=VALUE pair'],
  ['COLOUR=red', 'the key "COLOUR" is unknown, expected IgnoreUnknown=1'],
  ['COLOUR=red;IgnoreUnknown=0', 'the key "COLOUR" is unknown, expected IgnoreUnknown=1'],
  ['IP=10.244.3.9', 'the key "IP" is not supported'],
  ['IgnoreUnknown=1;MAC=00-15-5D-00-00-01', 'the key "MAC" is not supported'],
  ['IgnoreUnknown=1;GATEWAY=10.244.3.1', 'the key "GATEWAY" is not supported'],
];
for (const [text, message] of REFUSED) {
  args(`parseArguments() refuses "${text}"`, () => {
    const error = throwsCni(() => parseArguments(text), Code.InvalidEnvironment);
    assert.is(error.message, `Cannot use CNI_ARGS: ${message}`);
    assert.is(error.details, 'variable CNI_ARGS');
  });
}

args.run();
