/** Stories about VERSION, and about what the versions promise. */
import type { Case } from '../case.ts';
import { brief, claim, same } from '../claim.ts';
import { isObject, texts } from '../json.ts';
import type { Lab } from '../lab.ts';
import { added, checked, deleted, failed, nothingLeft, succeeded } from '../steps.ts';
import { hasCheck, hasGc, VERSIONS } from '../versions.ts';

export const VERSION_CASES: readonly Case[] = [
  {
    points: ['P57'],
    title: 'VERSION prints the version given and those supported',
    versions: VERSIONS,
    run: async (lab) => {
      const { json } = succeeded(await lab.cni('VERSION', undefined, { conf: { cniVersion: lab.version } }), 'VERSION');
      same(json?.['cniVersion'], lab.version, 'cniVersion');
      const supported = texts(json?.['supportedVersions']);
      claim(supported.length > 0, `supportedVersions is ${brief(json?.['supportedVersions'])}`);
      const silent = succeeded(await lab.cni('VERSION', undefined, { conf: '' }), 'VERSION with empty stdin');
      same(silent.json?.['supportedVersions'], supported, 'supportedVersions with empty stdin');
    },
  },
  {
    points: ['P58'],
    title: 'every version listed goes through all its verbs',
    run: async (lab) => {
      const { json } = succeeded(await lab.cni('VERSION', undefined), 'VERSION');
      for (const version of texts(json?.['supportedVersions'])) await allVerbs(lab, version);
    },
  },
  {
    points: ['P59'],
    title: 'versions of one major have results that agree',
    run: async (lab) => {
      for (const [older, newer] of [
        ['0.1.0', '0.2.0'],
        ['0.3.0', '0.3.1'],
        ['0.3.1', '0.4.0'],
        ['1.0.0', '1.1.0'],
      ] as const) {
        const [before, after] = [await shape(lab, older), await shape(lab, newer)];
        for (const key of before) claim(after.includes(key), `"${key}" of ${older} is not in the result of ${newer}`);
      }
    },
  },
];

async function allVerbs(lab: Lab, version: string): Promise<void> {
  const conf = lab.conf({}, { version });
  const result = await added(lab, lab.pod(1), conf);
  if (hasCheck(version)) succeeded(await checked(lab, lab.pod(1), result.json, conf), `CHECK in ${version}`);
  if (hasGc(version)) {
    succeeded(await lab.cni('STATUS', undefined, { conf }), `STATUS in ${version}`);
    succeeded(
      await lab.cni('GC', undefined, { conf: { ...conf, 'cni.dev/valid-attachments': [] } }),
      `GC in ${version}`,
    );
  }
  await deleted(lab, lab.pod(1), conf, result);
  nothingLeft(lab);
}

/** The keys of a result with the types of their values, as paths; and of an error object. */
async function shape(lab: Lab, version: string): Promise<readonly string[]> {
  const conf = lab.conf({ dns: { nameservers: ['10.96.0.10'] } }, { version });
  const { json } = await added(lab, lab.pod(1), conf);
  await deleted(lab, lab.pod(1), conf);
  const error = failed(await lab.cni('ADD', lab.pod(1, 'a/b'), { conf }), 'ADD of "a/b"');
  return [...pathsOf(json, ''), ...pathsOf(error.json, 'error')];
}

function pathsOf(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return pathsOf(value[0], `${path}[]`);
  if (!isObject(value)) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${path}.${key}`));
}
