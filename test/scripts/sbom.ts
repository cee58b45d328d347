/** A CycloneDX document as far as its rules go that a reader relies on (schema 1.5, bom-1.5.schema.json). */
import * as assert from 'uvu/assert';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
}

export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const PURL = /^pkg:(?:npm|github|generic)\/[^@\s]+@[\w.-]+$/;
const DIGITS: Readonly<Record<string, number>> = { 'SHA-256': 64, 'SHA-512': 128 };
const TYPES = ['application', 'library', 'platform'];

/** Asserts that its required members are there, each of its kind, and that every reference leads somewhere. */
export function isCycloneDx(bom: Bom): void {
  assert.equal([bom.bomFormat, bom.specVersion, bom.version], ['CycloneDX', '1.5', 1]);
  assert.match(bom.serialNumber, UUID);
  const all = [bom.metadata.component, ...bom.components];
  const refs = all.map((one) => one['bom-ref']);
  assert.is(new Set(refs).size, refs.length, 'a bom-ref twice');
  for (const one of all) {
    assert.ok(TYPES.includes(one.type), one.type);
    assert.match(one.name, /./);
    assert.match(one.version, /^\d+\.\d+/);
    assert.match(one.purl, PURL);
    for (const { alg, content } of one.hashes ?? [])
      assert.match(content, new RegExp(`^[0-9a-f]{${DIGITS[alg] ?? 0}}$`));
    assert.ok(one.licenses.length > 0, `${one.name} has no licence`);
    for (const { license } of one.licenses) assert.match(license.id, /^(?:MIT|Apache-2\.0|ISC|BSD-[23]-Clause)$/);
  }
  assert.equal(bom.dependencies.map(({ ref }) => ref).sort(), [...refs].sort());
  for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) assert.ok(refs.includes(ref), ref);
}
