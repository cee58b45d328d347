/** What only Windows has, under Wine: LockFileEx among processes, the volatile boot key, our files and leases on a drive. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as wine from '../../scripts/wine.js';
import { tree } from '../support/disk.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXE = join(ROOT, 'dist/test/wincni.exe');

const onWindows = suite('on Windows (Wine)');
const folder = mkdtempSync(join(tmpdir(), 'wincni-wine-'));
const windowsFolder = wine.windowsPath(folder);

onWindows.before(async () => {
  const args = ['build.js', '--entry', 'test/support/windows-driver.ts', '--out', 'dist/test', '--align'];
  const built = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  assert.is(built.status, 0, built.stdout + built.stderr);
  await wine.ensure();
});
onWindows.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** One run of the driver: its one line, and the exit code. */
async function drive(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly answer: Record<string, unknown> }> {
  const { code, stdout, stderr } = await wine.run(EXE, args);
  if (stdout === '') return { code, answer: {} };
  assert.match(stdout, /^\{.*\}\r?\n$/, stderr);
  return { code, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let left = 600; !isSo() && left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(isSo());
}

onWindows('two first commands agree on the boot, and so does a later one', async () => {
  const [one, two] = await Promise.all([drive('boot'), drive('boot')]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const three = await drive('boot');
  assert.match(String(one.answer['bootId']), /^[0-9a-f]{16}$/);
  assert.is(one.answer['bootId'], one.answer['again']);
  assert.is(two.answer['bootId'], one.answer['bootId']);
  assert.is(three.answer['bootId'], one.answer['bootId']);
  assert.ok(Number(three.answer['uptimeMs']) >= Number(one.answer['uptimeMs']));
});
onWindows('the lock excludes another process until its holder is killed', async () => {
  const [lock, told] = [`${windowsFolder}\\lock`, `${windowsFolder}\\told`];
  const held = drive('hold', lock, told, '600000');
  await until(() => existsSync(join(folder, 'told')));
  const refused = await drive('take', lock, '200');
  assert.is(refused.answer['code'], 11, JSON.stringify(refused));
  await drive('kill', lock, told);
  assert.is.not((await held).answer['held'], true);
  assert.equal((await drive('take', lock, '5000')).answer, { taken: true });
});
onWindows('leases are made, buried and freed on a Windows path', async () => {
  const { answer } = await drive('lease', `${windowsFolder}\\networks`);
  assert.equal(answer, {
    kinds: ['reserved', 'reserved'],
    found: ['10.244.3.10'],
    buried: ['10.244.3.11'],
    isFresh: true,
  });
  const left = Object.fromEntries(Object.entries(tree(folder)).filter(([path]) => path.startsWith('networks')));
  assert.equal(left, { 'networks/net/lock': '', 'networks/net/last_reserved_ip.0': '10.244.3.11' });
});
onWindows('leases lie in a folder with spaces, deeper than 260 characters', async () => {
  const deep = ['a folder for pods', 'd'.repeat(150), 'e'.repeat(150)];
  const { answer } = await drive('lease', [windowsFolder, ...deep].join('\\'));
  assert.equal(answer['kinds'], ['reserved', 'reserved']);
  assert.equal(Object.keys(tree(join(folder, ...deep))).sort(), ['net/last_reserved_ip.0', 'net/lock']);
});
onWindows('addresses of both families, host ports and host-local share a Windows path', async () => {
  const { answer } = await drive('dual', `${windowsFolder}\\dual`);
  assert.equal(answer, {
    kinds: ['reserved', 'port'],
    out: {
      cniVersion: '1.0.0',
      ips: [
        { address: '10.244.3.11/24', gateway: '10.244.3.1' },
        { address: 'fd00::11/64', gateway: 'fd00::1' },
      ],
    },
    names: [
      '.wincni',
      ...['10.244.3.10', '10.244.3.11', 'fd00__10', 'fd00__11', 'last_reserved_ip.0', 'last_reserved_ip.1', 'lock'],
    ],
    held: ['10.244.3.10', 'fd00::10'],
    exitCode: 0,
  });
  const left = Object.entries(tree(join(folder, 'dual')));
  assert.equal(Object.fromEntries(left), {
    '.wincni/ports/lock': '',
    'net/last_reserved_ip.0': '10.244.3.11',
    'net/last_reserved_ip.1': 'fd00::11',
    'net/lock': '',
  });
});
onWindows('a lock may lie deeper than 260 characters', async () => {
  const deep = ['d'.repeat(100), 'e'.repeat(100), 'f'.repeat(100)];
  mkdirSync(join(folder, ...deep), { recursive: true });
  const { answer } = await drive('take', [windowsFolder, ...deep, 'lock'].join('\\'), '100');
  assert.equal(answer, { taken: true });
  assert.ok(existsSync(join(folder, ...deep, 'lock')));
});

onWindows.run();
