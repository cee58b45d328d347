/** One case: a sample and what is changed of it, of the environment, and of what an IPAM plugin prints. */
import { readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import * as fc from 'fast-check';
import { decodeConfig } from '../../src/spec/command.ts';
import type { Json } from '../../src/spec/decode.ts';
import { PLUGIN_NAMES } from '../../src/spec/plugin-names.ts';
import { read, ROOT as SOURCES } from '../support/documents.ts';
import { NAMESPACES } from '../support/node.ts';
import { pluginConfigs } from '../support/samples.ts';
import { type Encoding, encode, encoding, type Mutation, mutate, mutation } from './mutations.ts';
import { ROOT, text } from './values.ts';

export interface Case {
  readonly sample: string;
  readonly verb: string;
  /** By the name of the variable; undefined takes it away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mutations: readonly Mutation[];
  readonly encoding: Encoding;
  /** What a runtime has added to the configuration, to be changed, too. */
  readonly runtime: readonly (keyof typeof OF_RUNTIME)[];
  readonly executable: string;
  readonly ipam: Answer;
}

/** What the IPAM plugin in CNI_PATH does. */
export interface Answer {
  readonly status: number;
  readonly mutations: readonly Mutation[];
  readonly encoding: Encoding;
}

export const SAMPLES: Readonly<Record<string, Json>> = Object.fromEntries(
  readdirSync(join(SOURCES, 'conf'))
    .map((file) => [file, decodeConfig(Buffer.from(read(join('conf', file))))] as const)
    // The samples of the commands for the node are no configurations of a plugin.
    .filter(([, document]) => 'cniVersion' in document)
    .flatMap(([file, document]) => pluginConfigs(document).map((config) => [file, config] as const)),
);

/** Another one than the pod that is on the node already. */
export const POD = { containerId: 'a1b2c3', ifname: 'eth0' };
export const STANDING = { containerId: 'd4e5f6', ifname: 'eth0' };

const VARIABLES = ['CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_ARGS', 'CNI_PATH', 'TRACEPARENT'];
const ARGS = ['IgnoreUnknown=1;K8S_POD_NAMESPACE=a;K8S_POD_NAME=b', 'IP=10.244.3.9', 'IP=;GATEWAY=', 'MAC=x', '=', ';'];
const netns = fc.constantFrom('none', 'container:d4e5f6', `{${NAMESPACES[2]}}`, `C:\\x\\${NAMESPACES[2]}`);

const variable = fc.tuple(
  fc.constantFrom(...VARIABLES),
  fc.option(fc.oneof(text, netns, fc.constantFrom(...ARGS)), { nil: undefined }),
);

const VERBS = ['ADD', 'ADD', 'ADD', 'ADD', 'CHECK', 'DEL', 'GC', 'STATUS', 'VERSION'];

/** What a runtime adds, each by itself. */
const OF_RUNTIME = {
  ports: { runtimeConfig: { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] } },
  bandwidth: { runtimeConfig: { bandwidth: { egressRate: 1_000_000, egressBurst: 1_000_000 } } },
  dns: { runtimeConfig: { dns: { servers: ['10.96.0.10'], searches: ['svc.cluster.local'] } } },
  mac: { runtimeConfig: { mac: '00-15-5D-52-C0-07' } },
  ips: { runtimeConfig: { ips: ['10.244.3.9/24'] } },
  ranges: { runtimeConfig: { ipRanges: [[{ subnet: '10.244.3.0/24', rangeStart: '10.244.3.9' }]] } },
  plugin: { ipam: { type: 'fake-ipam' } },
  args: { args: { cni: { ips: ['10.244.3.9'] } } },
  list: { 'cni.dev/valid-attachments': [{ containerID: STANDING.containerId, ifname: STANDING.ifname }] },
  previous: {
    prevResult: {
      cniVersion: '1.0.0',
      interfaces: [{ name: 'eth1', mac: '00-15-5D-52-C0-01', sandbox: NAMESPACES[0] }],
      ips: [{ address: '10.0.0.7/24', gateway: '10.0.0.1', interface: 0 }],
      routes: [{ dst: '0.0.0.0/0', gw: '10.0.0.1' }],
      dns: { nameservers: ['10.96.0.10'] },
    },
  },
} as const;

export const cases: fc.Arbitrary<Case> = fc.record({
  sample: fc.constantFrom(...Object.keys(SAMPLES)),
  verb: fc.constantFrom(...VERBS),
  env: fc.oneof(
    { arbitrary: fc.constant({}), weight: 3 },
    fc.array(variable, { minLength: 1, maxLength: 2 }).map((pairs) => Object.fromEntries(pairs)),
  ),
  mutations: fc.array(mutation, { maxLength: 3 }),
  encoding,
  runtime: fc.subarray(Object.keys(OF_RUNTIME) as (keyof typeof OF_RUNTIME)[], { maxLength: 3 }),
  executable: fc.oneof({ arbitrary: fc.constant('wincni'), weight: 12 }, fc.constantFrom(...PLUGIN_NAMES)),
  ipam: fc.record({
    status: fc.oneof({ arbitrary: fc.constant(0), weight: 6 }, fc.constantFrom(1, 2, 255)),
    mutations: fc.array(mutation, { maxLength: 2 }),
    encoding,
  }),
});

/** The verbs that only the newest version has. */
const NEWER = ['GC', 'STATUS'];

/** The configuration that the case is about: CHECK has the result of the pod that is there. */
export function documentOf({ sample, verb, runtime, mutations }: Case, standing: unknown): unknown {
  const added = runtime.map((key): Json => OF_RUNTIME[key]);
  const runtimeConfig = Object.assign({}, ...added.map((one) => one['runtimeConfig'])) as object;
  const more = Object.assign({}, ...added) as object;
  const known = verb === 'CHECK' ? { prevResult: standing } : {};
  const version = NEWER.includes(verb) ? { cniVersion: '1.1.0' } : {};
  return mutate({ ...SAMPLES[sample], ...more, runtimeConfig, ...known, ...version }, mutations);
}

export const ADDRESS = { cniVersion: '1.0.0', ips: [{ address: '10.244.3.77/24', gateway: '10.244.3.1' }], dns: {} };

/** Nothing at all for a document that was taken away whole. */
const jsonOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));

export const printed = (ipam: Answer): string =>
  encode(jsonOf(mutate(ADDRESS, ipam.mutations)), ipam.encoding).toString('latin1');

/** stdin: the document with the node's folder in it, and nothing that leads out of that. */
export function stdinOf(one: Case, document: unknown, place: Place): Buffer {
  return encode(jsonOf(withTexts(document, place.within)), one.encoding);
}

export interface Place {
  /** A text as it may be sent to this node. */
  readonly within: (text: string) => string;
}

/** A node's folder several levels below `top`, which stays the end of every path. */
export const unixPlace = (root: string, top: string): Place => ({
  within: (text) => {
    const placed = text.replaceAll(ROOT, root);
    const rooted = placed.startsWith('/') && !placed.startsWith(root) ? `${root}${placed}` : placed;
    const isInside = normalize(rooted.startsWith('/') ? rooted : join(root, rooted)).startsWith(top);
    return isInside ? rooted : rooted.replaceAll('..', '.');
  },
});

function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => withTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, withTexts(below, change)]));
}

/** The environment of the case, for its pod; CHECK, DEL and the rest are for the one that is there. */
export function envOf({ verb, env, sample }: Case, place: Place): Record<string, string> {
  const pod = verb === 'ADD' ? POD : STANDING;
  const isV1 = SAMPLES[sample]?.['apiVersion'] === 1;
  const whole: Case['env'] = {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: pod.containerId,
    CNI_IFNAME: pod.ifname,
    CNI_NETNS: isV1 ? 'none' : verb === 'ADD' ? NAMESPACES[0] : NAMESPACES[1],
    CNI_PATH: `${ROOT}/opt/cni/bin`,
    ...env,
  };
  const given = Object.entries(whole).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // No environment can hold a zero byte.
  return Object.fromEntries(given.map(([name, text]) => [name, place.within(text).replaceAll('\u0000', '')]));
}
