/** Which version of HNS has direct server return. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HnsVersion, hasFeature } from '../../src/policy/features.ts';

const features = suite('hasFeature()');

const DSR: readonly (readonly [version: HnsVersion, has: boolean])[] = [
  [[0, 0], false],
  [[8, 9], false],
  [[9, 2], false],
  [[9, 3], true],
  [[9, 4], true],
  [[9, 100], true],
  [[10, 0], false],
  [[10, 1], false],
  [[10, 2], true],
  [[10, 99], true],
  [[11, 0], true],
  [[15, 4], true],
];
for (const [version, has] of DSR) {
  features(`hasFeature() is ${has} for direct server return in HNS ${version.join('.')}`, () => {
    assert.is(hasFeature(version, 'direct server return'), has);
  });
}

features.run();
