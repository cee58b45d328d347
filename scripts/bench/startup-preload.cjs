/**
 * Preloaded into a Node that runs the bundle: keeps the file WINCNI_TRACE at what has been loaded until now. The process ends
 * without any handler, so it is written before each call into C and where Node itself ends.
 */
'use strict';
const { writeFileSync } = require('node:fs');

const before = new Set(process.moduleLoadList);
const modules = [];
globalThis.wincniModules = modules;

function note(addons) {
  const builtins = process.moduleLoadList.filter((name) => !before.has(name));
  writeFileSync(process.env.WINCNI_TRACE, JSON.stringify({ modules, builtins, addons }));
}

const { dlopen, reallyExit } = process;
process.reallyExit = (code) => {
  note(false);
  reallyExit.call(process, code);
};
process.dlopen = (module, ...rest) => {
  dlopen.call(process, module, ...rest);
  const { initializeBindings } = module.exports;
  if (initializeBindings === undefined) return;
  module.exports = {
    initializeBindings: (instance) => {
      const ffi = initializeBindings(instance);
      const noted =
        (call) =>
        (...args) => {
          note(true);
          return call.apply(ffi, args);
        };
      return { ...ffi, ffi_call: noted(ffi.ffi_call) };
    },
  };
};
