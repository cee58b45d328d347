/** Which CNI versions are spoken. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { NEWEST, requireVersion, SUPPORTED, versionResult } from '../../src/spec/version.ts';
import { throwsCni } from '../support/throws.ts';

const version = suite('version');

for (const spoken of SUPPORTED) {
  version(`requireVersion() takes ${spoken}`, () => {
    assert.is(requireVersion(spoken), spoken);
  });
}
for (const other of ['0.1.0', '0.4.0', '1.0', '1.0.0 ', 'v1.0.0', '1.2.0', '']) {
  version(`requireVersion() refuses "${other}" and names both sides`, () => {
    assert.equal(throwsCni(() => requireVersion(other), Code.IncompatibleVersion).toJSON(), {
      code: 1,
      msg: `Cannot use cniVersion: it is "${other}", expected one of "1.0.0", "1.1.0"`,
      details: `configuration: ${other}, plugin: 1.0.0, 1.1.0`,
    });
  });
}
version('versionResult() carries the version of the question, else the newest', () => {
  assert.equal(versionResult('0.3.1'), { cniVersion: '0.3.1', supportedVersions: ['1.0.0', '1.1.0'] });
  assert.equal(versionResult(undefined), { cniVersion: NEWEST, supportedVersions: ['1.0.0', '1.1.0'] });
  assert.is(NEWEST, SUPPORTED.at(-1));
});

version.run();
