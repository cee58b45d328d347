/** Which CNI versions are spoken. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { NEWEST, requireVerb, requireVersion, SUPPORTED, versionResult } from '../../src/spec/version.ts';
import { throwsCni } from '../support/throws.ts';

const version = suite('version');

for (const spoken of SUPPORTED) {
  version(`requireVersion() takes ${spoken}`, () => {
    assert.is(requireVersion(spoken), spoken);
  });
}
for (const other of ['0.1', '0.5.0', '1.0', '1.0.0 ', 'v1.0.0', '1.2.0', '']) {
  version(`requireVersion() refuses "${other}" and names both sides`, () => {
    assert.equal(throwsCni(() => requireVersion(other), Code.IncompatibleVersion).toJSON(), {
      code: 1,
      msg: `Cannot use cniVersion: it is "${other}", expected one of ${SUPPORTED.map((one) => `"${one}"`).join(', ')}`,
      details: `configuration: ${other}, plugin: ${SUPPORTED.join(', ')}`,
    });
  });
}
version('versionResult() carries the version of the question, else the newest', () => {
  const supportedVersions = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];
  assert.equal(versionResult('0.3.1'), { cniVersion: '0.3.1', supportedVersions });
  assert.equal(versionResult(undefined), { cniVersion: NEWEST, supportedVersions });
  assert.is(NEWEST, SUPPORTED.at(-1));
});

/** The verbs each version defines, by the specification's own history. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  '0.1.0': ['ADD', 'DEL'],
  '0.2.0': ['ADD', 'DEL'],
  '0.3.0': ['ADD', 'DEL'],
  '0.3.1': ['ADD', 'DEL'],
  '0.4.0': ['ADD', 'CHECK', 'DEL'],
  '1.0.0': ['ADD', 'CHECK', 'DEL'],
  '1.1.0': ['ADD', 'CHECK', 'DEL', 'GC', 'STATUS'],
};
for (const spoken of SUPPORTED) {
  version(`requireVerb() takes the verbs of ${spoken} and refuses the later ones`, () => {
    for (const verb of ['ADD', 'CHECK', 'DEL', 'GC', 'STATUS']) {
      const ask = (): void => {
        requireVerb(verb, spoken);
      };
      if (VERBS[spoken]?.includes(verb) === true) ask();
      else
        throwsCni(ask, Code.IncompatibleVersion, new RegExp(`which has no ${verb}, expected "(0.4.0|1.1.0)" or newer`));
    }
  });
}

version.run();
