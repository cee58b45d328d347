/** Loaded before a plugin: what it closes is closed later, and a lock is held by the process until then. */
const fs = require('node:fs');

const close = fs.closeSync;
fs.closeSync = (file) => {
  setTimeout(close, 50, file);
};
