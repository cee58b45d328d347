/** Counts what one run of uvu did, from its own closing lines. Whether the whole run is good is test.js's matter. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with this control character
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Without terminal colours. */
export function plain(text) {
  return text.replace(COLOUR, '');
}

/** What uvu says at the end of a run; undefined when it did not come to that. */
export function parseUvu(output) {
  const found = [...plain(output).matchAll(/^ +Total: +(\d+)\n +Passed: +(\d+)\n +Skipped: +(\d+)$/gm)].at(-1);
  if (found === undefined) return undefined;
  const [, total, passed, skipped] = found.map(Number);
  return { total, passed, skipped };
}

/**
 * Passed and failed of one run. One more has failed, with the reason in `note`, when it ended in another way than its own
 * count says: uvu ends with 0 when nothing ran, and when a hook threw. `strict`: what was skipped has failed.
 */
export function countRun({ code, timedOut, output }, { strict }) {
  const sums = parseUvu(output);
  if (timedOut) return { passed: sums?.passed ?? 0, failed: 1, note: 'ended by its time limit' };
  if (sums === undefined) return { passed: 0, failed: 1, note: `no count was printed, exit code ${code}` };
  const { total, passed, skipped } = sums;
  if (total + skipped === 0) return { passed: 0, failed: 1, note: 'no test ran' };
  const failed = total - passed + (strict ? skipped : 0);
  const note = skipped > 0 ? `${skipped} skipped` : undefined;
  if (failed === 0 && code !== 0) return { passed, failed: 1, note: `all passed, but the exit code is ${code}` };
  return { passed, failed, note };
}
