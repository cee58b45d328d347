/** docs/policies.md: its examples run, and its tables have every type, setting and feature that is read. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCluster } from '../../src/dialects/cluster.ts';
import type { Family } from '../../src/net/ip.ts';
import { aclDefault } from '../../src/policy/acl-default.ts';
import { endpointPolicies, type PolicyNeeds } from '../../src/policy/assemble.ts';
import { bandwidth } from '../../src/policy/bandwidth.ts';
import { clusterPrefixes } from '../../src/policy/cluster.ts';
import { encodeV1 } from '../../src/policy/encode-v1.ts';
import { policies } from '../../src/policy/endpoint-policies.ts';
import { ENDPOINT_TYPES } from '../../src/policy/endpoint-types.ts';
import { FEATURES, featuresNeeded, hasFeature, versionsWith } from '../../src/policy/features.ts';
import { NETWORK_TYPES } from '../../src/policy/network-types.ts';
import type { PolicyTypes } from '../../src/policy/policy-type.ts';
import { portMappings } from '../../src/policy/port-mappings.ts';
import { bool, type Json, optional, record } from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { read, tableRows } from '../support/documents.ts';
import { throwsCni } from '../support/throws.ts';

const DOCUMENT = read('docs/policies.md');
const section = (title: string): string => {
  const [, after = ''] = DOCUMENT.split(`\n## ${title}\n`);
  return after.split('\n## ')[0] ?? '';
};

const docs = suite('docs/policies.md');

/** What an example asks for, as a dialect would read it. */
function needsOf(config: Json, families: readonly Family[]): PolicyNeeds {
  const runtime = optional(config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const flags = optional(config, 'optionalFlags', { path: '', as: record }) ?? {};
  const flag = (key: string): boolean | undefined => optional(flags, key, { path: 'optionalFlags', as: bool });
  const masquerade = config['ipMasqNetwork'];
  const own = optional(config, 'policies', { path: '', as: policies }) ?? [];
  const exceptions = typeof masquerade === 'string' ? [masquerade] : [];
  const cluster = clusterPrefixes(decodeCluster(config), {
    ...{ policies: own, exceptions, families },
    // Of an L2Bridge; where nothing is said of a cluster it is not asked for.
    node: config['serviceCidr'] === undefined ? undefined : '10.240.0.30',
  });
  return {
    policies: own,
    exceptions: [...cluster.exceptions, ...exceptions],
    routes: cluster.routes,
    portMappings: optional(runtime, 'portMappings', { path: 'runtimeConfig', as: portMappings }),
    bandwidth: optional(runtime, 'bandwidth', { path: 'runtimeConfig', as: bandwidth }),
    localRouted: flag('localRoutedPortMapping'),
    allowAcl: flag('allowAclPortMapping'),
    aclDefault: optional(config, 'aclDefault', { path: '', as: aclDefault }),
    families,
  };
}

/** A configuration, a line on it, what HNS is told, and sometimes what the log has. */
const EXAMPLE =
  /^```json\n(\{[\s\S]*?)^```\n\n(is[^\n]*)\n\n```json\n([\s\S]*?)^```(?:\n\nand the log has\n\n```text\n([\s\S]*?)^```)?/gm;
const examples = [...DOCUMENT.matchAll(EXAMPLE)];

docs('has examples, and no JSON that is not one', () => {
  assert.is(examples.length, 7);
  assert.is([...DOCUMENT.matchAll(/^```json$/gm)].length, 2 * examples.length);
});
for (const [index, [, config = '', line = '', told = '', log]] of examples.entries()) {
  docs(`example ${index + 1} is what HNS is told`, () => {
    const families = line.includes('both families') ? ([4, 6] as const) : ([4] as const);
    const { policies: made, notes } = endpointPolicies(needsOf(JSON.parse(config) as Json, families));
    assert.equal(made, JSON.parse(told));
    if (log !== undefined) assert.is(`${notes.join('\n')}\n`, log);
  });
}

for (const [written = '', message = ''] of tableRows(section('Refused')).slice(2)) {
  docs(`${written} is refused as it says`, () => {
    const config = JSON.parse(written) as Json;
    const error = throwsCni(() => endpointPolicies(needsOf(config, [4])), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

/** The words of a type's row, and whether its settings are those of another row. */
function rowOf(title: string, type: string): { readonly words: readonly string[]; readonly isOther: boolean } {
  const rows = tableRows(section(title));
  const [names = '', settings = ''] = rows.find(([first = '']) => first.split(/\W+/).includes(type)) ?? [];
  assert.ok(names !== '', `${type} is missing`);
  return { words: `${names} ${settings}`.split(/\W+/), isOther: settings.startsWith('as ') };
}

const TABLES: readonly (readonly [title: string, types: PolicyTypes])[] = [
  ['Types of an endpoint', ENDPOINT_TYPES],
  ['Types of a network', NETWORK_TYPES],
];
for (const [title, types] of TABLES) {
  docs(`${title}: has every type with its settings in every spelling`, () => {
    for (const [type, { v1, fields }] of Object.entries(types)) {
      const { words, isOther } = rowOf(title, type);
      if (v1 !== undefined) assert.ok(words.includes(v1), `${type}: ${v1}`);
      if (isOther) continue;
      const names = Object.entries(fields).flatMap(([name, field]) => [
        name,
        ...(field.v1 === undefined ? [] : [field.v1]),
        ...Object.keys(field.also ?? {}),
      ]);
      for (const name of names) assert.ok(words.includes(name), `${type}: ${name}`);
    }
  });
  docs(`${title}: has no other type`, () => {
    const documented = tableRows(section(title))
      .slice(2)
      .flatMap(([names = '']) => names.split(/ \/ |, /));
    const known = Object.entries(types).flatMap(([type, { v1 }]) => [type, v1]);
    assert.equal(
      documented.filter((name) => !known.includes(name)),
      [],
    );
  });
}

docs('says which types HNS v1 has', () => {
  const [, said = ''] = /has ((?:`\w+`(?:,| and)?\s)*`\w+`)\./.exec(DOCUMENT) ?? [];
  const known: PolicyTypes = ENDPOINT_TYPES;
  const has = Object.values(known).flatMap(({ v1 }) => v1 ?? []);
  assert.equal(
    [...said.matchAll(/\w+(?=`)/g)].map(([name]) => name),
    has,
  );
  for (const Type of Object.keys(known).filter((type) => known[type]?.v1 === undefined)) {
    throwsCni(() => encodeV1({ Type, Settings: {} }), Code.InvalidConfig, /no such policy/);
  }
});

docs('says which version of HNS has what', () => {
  const rows = tableRows(section('Versions of HNS')).slice(2);
  const documented = rows.map(([feature = '', versions]) => [feature.split(':')[0], versions]);
  const asked = FEATURES.filter((feature) => !hasFeature([9, 2], feature));
  assert.equal(
    documented,
    asked.map((feature) => [feature, versionsWith(feature)]),
  );
  assert.equal(featuresNeeded([{ Type: 'HostRoute', Settings: {} }]), []);
});

docs.run();
