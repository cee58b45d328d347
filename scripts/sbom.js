/** What is in wincni.exe: as a bill of materials (CycloneDX) and as the texts of its licences, both beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './files.js';
import { nodePackage } from './node-binaries.js';
import { must } from './run.js';
import { ROOT } from './setup.js';

/** Packages whose addons travel in the executable, and those whose C++ headers their publisher compiled into them. */
const ADDONS = ['ffi-napi', 'ref-napi'];
const COMPILED_IN = ['node-addon-api', 'get-uv-event-loop-napi-h', 'get-symbol-from-current-process-h'];
const LIBFFI = join('node_modules', 'ffi-napi', 'deps', 'libffi');

/**
 * Writes both for the executable `exe`, whose JavaScript comes from the packages `bundled`. npm knows versions, hashes and licences
 * from package-lock.json. The same inputs give the same bytes: no time and no version of npm is in them.
 */
export async function describeExecutable({ exe, bundled }) {
  const names = [...bundled, ...ADDONS, ...COMPILED_IN];
  const whole = JSON.parse(await npmSbom());
  const packages = whole.components.filter(({ name }) => names.includes(name));
  const missing = names.find((name) => !packages.some((one) => one.name === name));
  if (missing !== undefined) throw new Error(`Cannot describe "${exe}": npm knows nothing of its part "${missing}"`);
  const components = [...packages, libffi(), node()];
  const bom = bomOf({ whole, exe, components });
  const folder = join(exe, '..');
  writeFileSync(join(folder, 'wincni.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
  writeFileSync(join(folder, 'THIRD_PARTY_LICENSES.txt'), licencesOf(components));
}

/** The npm packages that a bundle has code of. */
export function packagesIn({ inputs }) {
  const names = Object.keys(inputs).map((input) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Of package-lock.json alone, without what is for development. */
async function npmSbom() {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only', '--silent'];
  const { output } = await must('npm', args, { cwd: ROOT });
  return output;
}

function bomOf({ whole, exe, components }) {
  const { bomFormat, specVersion, $schema, metadata } = whole;
  const { version, licenses, description } = metadata.component;
  // npm's registry has no package of this name that is ours.
  const purl = `pkg:generic/wincni@${version}`;
  const root = whole.metadata.component['bom-ref'];
  const known = new Set([root, ...components.map((one) => one['bom-ref'])]);
  const edges = new Map(whole.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  edges.set(root, [...edges.get(root), refOf(components, nodePackage().name)]);
  edges.set(refOf(components, 'ffi-napi'), [...edges.get(refOf(components, 'ffi-napi')), refOf(components, 'libffi')]);
  const dependencies = [...known].map((ref) => ({
    ref,
    dependsOn: (edges.get(ref) ?? []).filter((on) => known.has(on)),
  }));
  const hashes = [{ alg: 'SHA-256', content: sha256(readFileSync(exe)) }];
  const component = {
    'bom-ref': root,
    type: 'application',
    name: 'wincni',
    version,
    description,
    purl,
    hashes,
    licenses,
  };
  const content = { metadata: { lifecycles: [{ phase: 'build' }], component }, components, dependencies };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return { $schema, bomFormat, specVersion, serialNumber, version: 1, ...content };
}

const refOf = (components, name) => components.find((one) => one.name === name)['bom-ref'];

/** Of the content's hash, in the form of RFC 9562's version 8. */
function uuidOf(content) {
  const hex = sha256(content);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

/** Linked into ffi.node; its source comes with ffi-napi. */
function libffi() {
  const [, version] = /AC_INIT\(\[libffi\], \[([\d.]+)\]/.exec(read(LIBFFI, 'configure.ac')) ?? [];
  if (version === undefined) throw new Error(`Cannot find the version of libffi in "${LIBFFI}"`);
  return {
    'bom-ref': `libffi@${version}`,
    type: 'library',
    name: 'libffi',
    version,
    purl: `pkg:github/libffi/libffi@v${version}`,
    licenses: [{ license: { id: 'MIT' } }],
  };
}

/** The binary that everything else is put into. */
function node() {
  const { name, version, integrity } = nodePackage();
  return {
    'bom-ref': `${name}@${version}`,
    type: 'platform',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') }],
    licenses: [{ license: { id: 'MIT', url: licenceOfNode(version) } }],
  };
}

/** Of Node and all that it contains (V8, OpenSSL, libuv ...). */
const licenceOfNode = (version) => `https://raw.githubusercontent.com/nodejs/node/v${version}/LICENSE`;

function licencesOf(components) {
  const chapters = components.map(({ name, version, licenses: [{ license }] }) => {
    const text = license.url === undefined ? licenceText(name) : `See ${license.url}`;
    return `${'='.repeat(80)}\n${name} ${version} (${license.id})\n${'='.repeat(80)}\n\n${text.trim()}\n`;
  });
  return `wincni.exe contains the following software of others.\n\n${chapters.join('\n')}`;
}

function licenceText(name) {
  const folder = name === 'libffi' ? LIBFFI : join('node_modules', name);
  for (const file of ['LICENSE', 'LICENSE.md']) {
    try {
      return read(folder, file);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`Cannot find the licence of "${name}", expected "${folder}/LICENSE"`);
}

function read(...path) {
  return readFileSync(join(ROOT, ...path), 'utf8');
}
