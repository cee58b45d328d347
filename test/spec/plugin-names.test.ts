/** Which plugin an executable is, by its name alone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pluginNameOf } from '../../src/spec/plugin-names.ts';

const names = suite('pluginNameOf()');

const ROWS: readonly (readonly [executable: string, plugin: string | undefined])[] = [
  ['C:\\Program Files\\containerd\\cni\\bin\\win-bridge.exe', 'win-bridge'],
  ['C:/cni/Win-Overlay.EXE', 'win-overlay'],
  ['/opt/cni/bin/host-local', 'host-local'],
  ['flannel', 'flannel'],
  ['nat.exe', 'nat'],
  ['C:\\cni\\wincni.exe', undefined],
  ['/usr/bin/node', undefined],
  ['C:\\win-bridge\\other.exe', undefined],
  ['win-bridge.exe.old', undefined],
  ['', undefined],
];
for (const [executable, plugin] of ROWS) {
  names(`pluginNameOf() of "${executable}" is ${plugin}`, () => {
    assert.is(pluginNameOf(executable), plugin);
  });
}

names.run();
