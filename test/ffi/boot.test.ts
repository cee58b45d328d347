/** The boot's identity on this machine, and a stand-in for it. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createBootClock } from '../../src/ffi/boot.ts';

const boot = suite('createBootClock()');

boot('names this boot as the kernel does', () => {
  const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  assert.is(createBootClock({}).bootId(), id);
  assert.is(createBootClock({ bootId: '' }).bootId(), id);
});
boot('takes a stand-in', () => {
  assert.is(createBootClock({ bootId: 'simulated' }).bootId(), 'simulated');
});
boot('counts milliseconds since the boot', () => {
  const clock = createBootClock({});
  const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  assert.ok(Math.abs(clock.uptimeMs() / 1000 - seconds) < 60, `${clock.uptimeMs()} ms against ${seconds} s`);
  const before = clock.uptimeMs();
  assert.ok(clock.uptimeMs() >= before);
});
boot.run();
