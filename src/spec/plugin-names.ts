/** The names that this executable serves in place of other plugins; docs/install.md says how it gets them. */

export const PLUGIN_NAMES = [
  'win-bridge',
  'win-overlay',
  'flannel',
  'host-local',
  'sdnbridge',
  'sdnoverlay',
  'nat',
] as const;
export type PluginName = (typeof PLUGIN_NAMES)[number];

/** The plugin that an executable is by its file name, in any case and with or without `.exe`; undefined for any other name. */
export function pluginNameOf(executable: string): PluginName | undefined {
  const base = executable
    .split(/[\\/]/)
    .at(-1)
    ?.toLowerCase()
    .replace(/\.exe$/, '');
  return PLUGIN_NAMES.find((name) => name === base);
}
