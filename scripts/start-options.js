/** What makes a start of the executables short: the options of every process, and packages that wait in the bundle until they are used. */
import { join } from 'node:path';

/**
 * Fixed inside the executable; nothing outside can add to them (execArgvExtension "none", NODE_OPTIONS included). ref-napi claims
 * 1 GiB outside V8's heap for each pointer, and V8 would collect garbage for each: the first lets the heap be as large as two
 * thousand pointers say, the second has V8 look at that limit alone, and the third has it let new objects point at as much. The
 * fourth and the fifth say how large the space of new objects is all the same: at first what a command needs, at most what is
 * usual. The sixth is one thread for V8's own tasks, of which a command has few. The seventh leaves out the thread that waits for
 * another process to ask for a debugger, and so nobody can. The eighth keeps the seed of hashes that Node's snapshot was made
 * with, for which none of its tables has to be built again (SECURITY.md says what that means), and the ninth leaves V8's
 * built-in functions where the executable has them instead of copying them nearer to compiled code, of which there is hardly any.
 * The last has every function compiled when the code cache is made, not when it is first called.
 */
export const EXEC_ARGV = [
  '--max-old-space-size=4000000',
  '--external-memory-accounted-in-global-limit',
  '--scavenger-max-new-space-capacity-mb=1000000',
  '--min-semi-space-size=4',
  '--max-semi-space-size=16',
  '--v8-pool-size=1',
  '--disable-sigusr1',
  '--no-rehash-snapshot',
  '--no-short-builtin-calls',
  '--no-lazy',
];

/**
 * What node.exe imports and a command hardly ever calls: loaded when it does, from System32. Without them it imports only
 * libraries that Windows has at hand for every process (KnownDLLs), or that each start calls.
 */
export const LIBRARIES_WHEN_CALLED = [
  'CRYPT32.dll',
  'dbghelp.dll',
  'IPHLPAPI.DLL',
  'SHELL32.dll',
  'USERENV.dll',
  'WINMM.dll',
];

/** ip-address makes some sixty addresses when it is evaluated, and only IPv6 needs it. */
export const PACKAGES_WHEN_USED = [whenUsed('ip-address', ['Address6'])];

/** A plugin of esbuild: the package is evaluated when one of these exports is first used. */
function whenUsed(name, exports) {
  const getters = exports.map((key) => `get ${key}() { return require(${JSON.stringify(name)}).${key}; }`);
  return {
    name: `${name} when it is used`,
    setup: (build) => {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ namespace, resolveDir }) =>
        namespace === name ? undefined : { path: name, namespace: name, pluginData: resolveDir },
      );
      build.onLoad({ filter: /.*/, namespace: name }, ({ pluginData: resolveDir }) => ({
        contents: `module.exports = { ${getters.join(', ')} };`,
        resolveDir,
      }));
    },
  };
}

/** A plugin of esbuild: what a runtime's commands need, without the command line of people. */
export const PERSONS_PART_APART = {
  name: "a person's part apart",
  setup: (build) => {
    build.onResolve({ filter: /^\.\/by-hand\.ts$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, 'by-hand-part.ts'),
    }));
  },
};
