/** What a plugin can do at all, asked of it before the matrix. */
import { texts } from '../conformance/json.ts';
import { type Bench, openField } from './field.ts';
import { listOf } from './point.ts';
import { PLAIN } from './scene.ts';

export interface Abilities {
  /** 1.1.0 where the plugin speaks it, for the sake of GC. */
  readonly cniVersion: string;
  readonly hasGc: boolean;
}

export async function abilities(bench: Omit<Bench, 'cniVersion'>): Promise<Abilities> {
  const field = await openField({ ...bench, cniVersion: '1.1.0' }, PLAIN);
  try {
    const { json } = await field.run('VERSION', undefined, { conf: { cniVersion: '1.0.0' } });
    if (!texts(json?.['supportedVersions']).includes('1.1.0')) return { cniVersion: '1.0.0', hasGc: false };
    const { code } = await field.run('GC', undefined, { conf: field.conf(undefined, listOf([])) });
    return { cniVersion: '1.1.0', hasGc: code === 0 };
  } finally {
    await field.machine.end();
  }
}
