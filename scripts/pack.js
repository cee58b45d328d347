/** Makes one executable with pkg's sea(). Runs as a process of its own, because pkg wants the Node that it packs. */
import childProcess from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [optionsText] = process.argv.slice(2);
const { platform, output, main, assets, execArgv, node, env } = JSON.parse(optionsText);
const require = createRequire(import.meta.url);

if (node !== undefined) {
  // pkg has what it injects made by the Node it runs on, and without options.
  const { execFile } = childProcess;
  const script = fileURLToPath(new URL('sea-blob.js', import.meta.url));
  childProcess.execFile = (_file, [, config], done) =>
    execFile(process.execPath, [script, config, node, ...execArgv], { env: { ...process.env, ...env } }, done);
}
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea');

// sea() spreads seaConfig over its own settings, so `main` here replaces the absolute path that it would write: the path
// becomes part of the executable, and must not depend on where the build ran. It is relative to sea()'s own folder in TMPDIR.
await sea(main, {
  targets: [{ nodeRange: `node${process.versions.node}`, platform, arch: 'x64', output }],
  seaConfig: {
    main: '../main.cjs',
    assets,
    execArgv,
    execArgvExtension: 'none',
    disableExperimentalSEAWarning: true,
    useCodeCache: node !== undefined,
    useSnapshot: false,
  },
});
