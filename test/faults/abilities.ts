/** What a plugin can do at all, asked of it before the matrix. */
import { texts } from '../conformance/json.ts';
import { type Bench, openField } from './field.ts';
import { listOf } from './point.ts';
import { FIRST, PLAIN } from './scene.ts';

export type Abilities = Pick<Bench, 'cniVersion' | 'hasHostPorts'> & { readonly hasGc: boolean };

/** 1.1.0 where the plugin speaks it, for the sake of GC. */
export async function abilities(bench: Omit<Bench, 'cniVersion' | 'hasHostPorts'>): Promise<Abilities> {
  const field = await openField({ ...bench, cniVersion: '1.0.0', hasHostPorts: true }, PLAIN);
  try {
    const { json } = await field.run('VERSION', undefined, { conf: { cniVersion: '1.0.0' } });
    const cniVersion = texts(json?.['supportedVersions']).includes('1.1.0') ? '1.1.0' : '1.0.0';
    const conf = field.conf(undefined, { cniVersion, ...listOf([]) });
    const hasGc = cniVersion === '1.1.0' && (await field.run('GC', undefined, { conf })).code === 0;
    const hasHostPorts = (await field.run('ADD', FIRST, { conf: field.conf(FIRST, { cniVersion }) })).code === 0;
    return { cniVersion, hasGc, hasHostPorts };
  } finally {
    await field.machine.end();
  }
}
