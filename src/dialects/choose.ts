/** Which plugin a command is for, by the executable's name or `type`, and its configuration by that plugin's dialect. */
import { fail, type Json, member, refuse, text } from '../spec/decode.ts';
import { PLUGIN_NAMES, type PluginName, pluginNameOf } from '../spec/plugin-names.ts';
import type { Context, NetConf } from './net-conf.ts';
import { networkTypeOf, sdn } from './sdn.ts';
import { forTeardown } from './shared.ts';
import { winBridge } from './win-bridge.ts';
import { winOverlay } from './win-overlay.ts';
import { wincni } from './wincni.ts';

/** `sdn` is what stands behind the names nat, sdnbridge and sdnoverlay. */
export type Plugin = Exclude<PluginName, 'nat' | 'sdnbridge' | 'sdnoverlay'> | 'sdn' | 'wincni';

/**
 * The executable's base name when it is one of ours: that is how a delegating plugin calls `host-local.exe` with a
 * configuration whose `type` is its own. Else `type`; throws code 7 when nobody of that name is served here.
 */
export function pluginOf(executable: string, config: Json): Plugin {
  const named = pluginNameOf(executable);
  const type = text(member(config, 'type'), 'type');
  // SPEC.md 1.1.0 section 1, whoever is called.
  if (/[\\/]/.test(type)) fail('type', 'the name of a plugin, without a path', type);
  if (named !== undefined) return isSdn(named) ? 'sdn' : named;
  if (networkTypeOf(bare(type)) !== undefined) return 'sdn';
  if (bare(type).toLowerCase() === 'wincni') return 'wincni';
  const other = pluginNameOf(type);
  return other === undefined || isSdn(other) ? unknown(type) : other;
}

const isSdn = (name: PluginName): name is 'nat' | 'sdnbridge' | 'sdnoverlay' =>
  name === 'nat' || name === 'sdnbridge' || name === 'sdnoverlay';

/** The old wincni's files say `"type": "wincni.exe"`. */
const bare = (type: string): string => type.replace(/\.exe$/i, '');

function unknown(type: string): never {
  if (/^azure-vnet/i.test(type)) {
    refuse(
      'type',
      `"${type}" is Azure's plugin, whose file differs: expected "type": "wincni", "AdditionalArgs" as it is, and an "ipam" section with "type": "host-local" and "subnet" in place of azure-vnet-ipam`,
    );
  }
  return refuse('type', `it is "${type}", expected wincni, ${PLUGIN_NAMES.join(', ')} or a type of HNS network`);
}

/** Plugins whose configuration is that of a network; flannel's and host-local's are something else. */
export type NetworkPlugin = Exclude<Plugin, 'flannel' | 'host-local'>;

/** Reads the configuration by the dialect of `plugin`; throws code 7 naming the JSON path. */
export function decodeConf(plugin: NetworkPlugin, whole: Json, context: Context): NetConf {
  const config = context.isTeardown ? forTeardown(whole) : whole;
  switch (plugin) {
    case 'win-bridge':
      return winBridge(config, context);
    case 'win-overlay':
      return winOverlay(config, context);
    case 'sdn':
      return sdn(config, context, sdnType(config));
    case 'wincni':
      return wincni(config, context);
    default:
      return plugin satisfies never;
  }
}

function sdnType(config: Json): string {
  const type = bare(text(member(config, 'type'), 'type'));
  return (
    networkTypeOf(type) ??
    refuse('type', `it is "${type}", expected nat, sdnbridge, sdnoverlay or a type of HNS network`)
  );
}
