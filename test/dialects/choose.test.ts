/** Which plugin a command is for: by the executable's name, else by `type`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pluginOf } from '../../src/dialects/choose.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const choose = suite('pluginOf()');

const ROWS: readonly (readonly [executable: string, type: string, plugin: string])[] = [
  ['C:\\cni\\wincni.exe', 'win-bridge', 'win-bridge'],
  ['C:\\cni\\wincni.exe', 'win-overlay', 'win-overlay'],
  ['C:\\cni\\wincni.exe', 'flannel', 'flannel'],
  ['C:\\cni\\wincni.exe', 'host-local', 'host-local'],
  ['C:\\cni\\wincni.exe', 'wincni', 'wincni'],
  ['C:\\cni\\wincni.exe', 'wincni.exe', 'wincni'],
  ...['nat', 'NAT', 'sdnbridge', 'sdnoverlay', 'l2bridge', 'L2Tunnel', 'Overlay', 'transparent'].map(
    (type) => ['wincni', type, 'sdn'] as const,
  ),
  // A delegating plugin hands its own configuration on: the name decides.
  ['C:\\cni\\host-local.exe', 'win-bridge', 'host-local'],
  ['C:\\cni\\win-bridge.exe', 'flannel', 'win-bridge'],
  ['C:\\cni\\nat.exe', 'L2Bridge', 'sdn'],
  ['C:\\cni\\sdnoverlay.exe', 'x', 'sdn'],
];
for (const [executable, type, plugin] of ROWS) {
  choose(`pluginOf() of ${executable} with type "${type}" is ${plugin}`, () => {
    assert.is(pluginOf(executable, { type }), plugin);
  });
}
choose('pluginOf() refuses a type that nobody serves, and says which are', () => {
  const error = throwsCni(() => pluginOf('wincni', { type: 'bridge' }), Code.InvalidConfig);
  assert.match(error.message, /^Cannot use type: it is "bridge", expected wincni, win-bridge, win-overlay, flannel, /);
  assert.is(error.details, 'JSON path type');
  throwsCni(() => pluginOf('wincni', {}), Code.InvalidConfig, /^Cannot use type: it is absent, expected a string$/);
});
choose('pluginOf() refuses a path as type, whatever the executable is called', () => {
  for (const type of ['../win-bridge', '..\\win-bridge.exe', 'a/nat']) {
    for (const executable of ['wincni', 'C:\\cni\\win-bridge.exe']) {
      throwsCni(
        () => pluginOf(executable, { type }),
        Code.InvalidConfig,
        /^Cannot use type: it is .*, without a path$/,
      );
    }
  }
});
choose("pluginOf() tells who comes with Azure's file what to change", () => {
  const error = throwsCni(() => pluginOf('wincni', { type: 'azure-vnet' }), Code.InvalidConfig);
  assert.match(error.message, /"azure-vnet" is Azure's plugin, whose file differs: expected "type": "wincni"/);
  assert.match(error.message, /"ipam" section with "type": "host-local" and "subnet"/);
});

choose.run();
