/** Sample configurations as a runtime hands them to the plugin. */
import { networkTypeOf } from '../../src/dialects/sdn.ts';
import { isRecord, type Json } from '../../src/spec/decode.ts';
import { pluginNameOf } from '../../src/spec/plugin-names.ts';

/** What libcni gives each plugin of a list: its own section with the list's name and version; a lone one as it is. */
export function pluginConfigs(document: Json): readonly Json[] {
  const { plugins, name, cniVersion } = document;
  if (!Array.isArray(plugins)) return [document];
  return plugins.filter(isRecord).map((plugin) => ({ ...plugin, name, cniVersion }));
}

/** Whether a JSON value is a configuration of a plugin that is served here, alone or in a list. */
export const isConfiguration = (value: unknown): value is Json =>
  isRecord(value) && pluginConfigs(value).some(({ type }) => typeof type === 'string' && isServed(type));

const isServed = (type: string): boolean =>
  type === 'wincni' || pluginNameOf(type) !== undefined || networkTypeOf(type) !== undefined;
