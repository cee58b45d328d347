/** CNI_NETNS in every form that runtimes and tools write. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { isGuid, parseNetns, sandboxIn } from '../../src/spec/netns.ts';
import { throwsCni } from '../support/throws.ts';

const GUID = '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01';
const netns = suite('parseNetns()');

const FORMS = [
  GUID,
  GUID.toUpperCase(),
  `{${GUID}}`,
  `{${GUID.toUpperCase()}}`,
  `C:\\dir\\${GUID}`,
  `C:\\Program Files\\cni\\${GUID.toUpperCase()}`,
  `C:/dir/${GUID}`,
  `/var/run/netns/${GUID}`,
  `.\\${GUID}`,
  `C:\\dir\\{${GUID}}`,
];
for (const form of FORMS) {
  netns(`parseNetns() reads ${form}`, () => {
    assert.is(parseNetns(form, 'a1b2c3'), GUID);
  });
}

const REFUSED = [
  '',
  'None',
  'container:',
  'container:a/b',
  '/proc/1/ns/net',
  GUID.slice(1),
  `${GUID}0`,
  `{${GUID}`,
  `${GUID}}`,
  `C:\\${GUID}\\`,
  GUID.replaceAll('-', ''),
  ` ${GUID}`,
  `${GUID}\n`,
  GUID.replace('5', 'g'),
];
for (const value of REFUSED) {
  netns(`parseNetns() refuses ${JSON.stringify(value)}`, () => {
    const error = throwsCni(() => parseNetns(value, 'a1b2c3'), Code.InvalidEnvironment);
    assert.is(
      error.message,
      `Cannot use CNI_NETNS: it is "${value}", expected the GUID of an HCN namespace, "none" or "container:<id>"`,
    );
    assert.is(error.details, 'variable CNI_NETNS');
  });
}
const CONTAINERS: readonly (readonly [value: string, netns: string])[] = [
  ['none', 'container:a1b2c3'],
  ['C:\\cwd\\none', 'container:a1b2c3'],
  ['container:8d3f5a', 'container:8d3f5a'],
  ['C:\\cwd\\container:8d3f5a', 'container:8d3f5a'],
];
for (const [value, wanted] of CONTAINERS) {
  netns(`parseNetns() reads ${value} as a running container`, () => {
    assert.is(parseNetns(value, 'a1b2c3'), wanted);
    assert.is(sandboxIn(wanted), wanted.slice('container:'.length));
  });
}
netns('sandboxIn() answers undefined for a namespace', () => {
  assert.is(sandboxIn(GUID), undefined);
});
netns('isGuid() knows bare GUIDs only', () => {
  assert.equal([GUID, GUID.toUpperCase(), `{${GUID}}`, ''].map(isGuid), [true, true, false, false]);
});

netns.run();
