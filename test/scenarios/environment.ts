/** Variables by which Node and its libraries load or write something: none of them acts on an executable of ours. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plugin } from '../support/plugin.ts';

interface Context {
  plugin: Plugin;
  /** Of this test; `here` is the same as the plugin is told of it. */
  folder: string;
  here: (name: string) => string;
}

const ASK = { CNI_COMMAND: 'VERSION' };
const STDIN = '{"cniVersion":"1.0.0"}';

/** Values of variables, given how the plugin names a file of the test's folder. */
const VARIABLES: Readonly<Record<string, (here: Context['here']) => string>> = {
  NODE_OPTIONS: (here) => `--require ${here('evil.js').replaceAll('\\', '/')}`,
  NODE_PATH: (here) => here(''),
  NODE_EXTRA_CA_CERTS: (here) => here('evil.js'),
  OPENSSL_CONF: (here) => here('evil.cnf'),
  OPENSSL_MODULES: (here) => here(''),
  OPENSSL_ENGINES: (here) => here(''),
  SSL_CERT_FILE: (here) => here('evil.js'),
  SSL_CERT_DIR: (here) => here(''),
  NODE_ICU_DATA: (here) => here(''),
  NODE_V8_COVERAGE: (here) => here('coverage'),
  NODE_REDIRECT_WARNINGS: (here) => here('warnings'),
  NODE_PENDING_DEPRECATION: () => '1',
  NODE_TLS_REJECT_UNAUTHORIZED: () => '0',
  NODE_DEBUG: () => 'fs,module,net',
  NODE_CHANNEL_FD: () => '1',
  NODE_UNIQUE_ID: () => '1',
  NODE_TEST_CONTEXT: () => 'child-v8',
  NODE_MANUAL_PRELOAD: () => '1',
  NODE_PRESERVE_SYMLINKS: () => '1',
  NODE_USE_ENV_PROXY: () => '1',
  NODE_USE_SYSTEM_CA: () => '1',
  WATCH_REPORT_DEPENDENCIES: () => '1',
  UV_THREADPOOL_SIZE: () => '0',
  UV_USE_IO_URING: () => '1',
  PKG_EXECPATH: () => 'PKG_INVOKE_NODEJS',
  PKG_NATIVE_CACHE_PATH: (here) => here(''),
  PKG_DEBUG: () => '1',
};

/** OpenSSL loads the libraries of a configuration, and gives up where it cannot. */
const openssl = (library: string): string =>
  ['nodejs_conf = all', 'openssl_conf = all', '[all]', 'providers = p', '[p]', 'evil = e', '[e]']
    .concat(`module = ${library.replaceAll('\\', '/')}`, 'activate = 1', '')
    .join('\n');

export function environmentTests(name: string, open: () => Plugin | Promise<Plugin>): void {
  const environment = suite<Context>(`the environment of ${name}`);
  environment.before(async (context) => {
    context.plugin = await open();
  });
  environment.after(({ plugin }) => plugin.remove());
  environment.before.each((context) => {
    context.folder = mkdtempSync(join(tmpdir(), 'wincni-environment-'));
    context.here = (file) => context.plugin.path(join(context.folder, file));
    const trace = JSON.stringify(context.here('ran'));
    writeFileSync(join(context.folder, 'evil.js'), `require('fs').writeFileSync(${trace}, '')`);
    writeFileSync(join(context.folder, 'evil.cnf'), openssl(context.here('evil.dll')));
  });
  environment.after.each(({ folder }) => {
    rmSync(folder, { recursive: true });
  });

  for (const [variable, value] of Object.entries(VARIABLES)) {
    environment(`${variable} changes nothing, loads nothing and writes nothing`, async ({ plugin, folder, here }) => {
      const wanted = await plugin.run(ASK, STDIN);
      const { code, stdout } = await plugin.run({ ...ASK, [variable]: value(here) }, STDIN);
      assert.equal([code, stdout], [0, wanted.stdout]);
      assert.equal(filesIn(folder), ['evil.cnf', 'evil.js']);
    });
  }
  known(environment);
  environment.run();
}

/** What SECURITY.md names as exceptions; a Node that has lost one of them is to be noticed. */
function known(environment: ReturnType<typeof suite<Context>>): void {
  environment(
    'NODE_REPL_EXTERNAL_MODULE loads nothing, but keeps Node from starting',
    async ({ plugin, folder, here }) => {
      const { code, stdout } = await plugin.run({ ...ASK, NODE_REPL_EXTERNAL_MODULE: here('evil.js') }, STDIN);
      assert.equal([code, stdout], [9, '']);
      assert.not.ok(existsSync(join(folder, 'ran')));
    },
  );
  environment('NODE_COMPILE_CACHE has Node keep compiled code in the folder that it names', async (context) => {
    const { code } = await context.plugin.run({ ...ASK, NODE_COMPILE_CACHE: context.here('cache') }, STDIN);
    assert.is(code, 0);
    assert.ok(existsSync(join(context.folder, 'cache')));
  });
}

/** An empty folder is nothing that was written. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
