/** Makes one executable with pkg's sea(). Runs as a process of its own, because pkg wants the Node that it packs. */
import { createRequire } from 'node:module';

const [optionsText] = process.argv.slice(2);
const { platform, output, main, assets, execArgv } = JSON.parse(optionsText);
const require = createRequire(import.meta.url);
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
    useCodeCache: false,
    useSnapshot: false,
  },
});
