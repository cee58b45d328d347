/** A process with a call that never comes back: it writes a line and ends hard with 3, as main.ts does after its output. */
import { writeSync } from 'node:fs';
import { bind } from '../../src/ffi/library.ts';
import { hardExit } from '../../src/ffi/system.ts';

void bind('', { pause: ['int32', []] }).async.pause();
setTimeout(() => {
  writeSync(1, 'told');
  hardExit(3);
}, 20);
