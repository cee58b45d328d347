/**
 * `npm test`: sets the machine up, runs the phases of test-phases.js and closes with the line "N passed, N failed".
 * Options: --only LAYER[,LAYER] (check, unit, build, exe, wine); --full: as in CI, what cannot run here has failed.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { run } from './run.js';
import { ROOT, setUp, whyNotNode } from './setup.js';
import { COVERAGE, phases } from './test-phases.js';
import { countRun, plain } from './uvu-summary.js';

const LAYERS = ['check', 'unit', 'build', 'exe', 'wine'];
const { values: options } = parseArgs({ options: { only: { type: 'string' }, full: { type: 'boolean' } } });
const isCi = (process.env.CI ?? 'false') !== 'false' && process.env.CI !== '';
const strict = isCi || options.full === true;
const colour = process.stdout.isTTY
  ? { ok: '\u001b[32m', FAIL: '\u001b[31m', '--': '\u001b[33m', end: '\u001b[0m' }
  : {};

const sums = { passed: 0, failed: 0 };
const leftOut = [];

try {
  await main();
} catch (error) {
  console.error(error.message);
  sums.failed += 1;
}
for (const { name, reason } of leftOut) console.log(`not run: ${name}: ${reason}`);
console.log(`${sums.passed} passed, ${sums.failed} failed`);
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1;

async function main() {
  const wanted = options.only?.split(',') ?? LAYERS;
  const unknown = wanted.find((layer) => !LAYERS.includes(layer));
  if (unknown !== undefined) throw new Error(`Cannot run "${unknown}", expected one of ${LAYERS.join(', ')}`);
  const refusal = whyNotNode(process.versions.node);
  if (refusal !== undefined) throw new Error(refusal);
  await setUp('demo');
  rmSync(COVERAGE, { recursive: true, force: true });
  for (const phase of phases().filter(({ layer }) => wanted.includes(layer))) await runPhase(phase);
}

async function runPhase(phase) {
  const title = `${phase.layer}: ${phase.name}`;
  try {
    await phase.prepare?.();
  } catch (error) {
    leaveOut(title, error.message);
    return;
  }
  if (phase.argv !== undefined) await runCheck(title, phase);
  else await runGroups(title, phase);
}

/** Something that this machine cannot run is named at the end; where nothing may be missing it has failed. */
function leaveOut(title, reason) {
  leftOut.push({ name: title, reason });
  if (strict) sums.failed += 1;
  print({ mark: strict ? 'FAIL' : '--', title, count: 'not run' });
}

async function runCheck(title, { argv, limitMs, summary }) {
  const startedMs = performance.now();
  const result = await start(argv, limitMs);
  const isGood = result.code === 0;
  add(isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  const note = result.timedOut ? 'ended by its time limit' : undefined;
  print({ mark: isGood ? 'ok' : 'FAIL', title, count: summary?.(plain(result.output)) ?? '', startedMs, note });
  if (!isGood) show(result.output);
}

async function runGroups(title, { groups, limitMs, env }) {
  if (groups.length === 0) {
    add({ passed: 0, failed: 1 });
    print({ mark: 'FAIL', title, count: 'no test file' });
  }
  for (const { name, argv } of groups) {
    const startedMs = performance.now();
    const result = await start(argv, limitMs, env);
    const { passed, failed, note } = countRun(result, { strict });
    add({ passed, failed });
    const count = failed === 0 ? `${passed} passed` : `${passed} passed, ${failed} failed`;
    print({ mark: failed === 0 ? 'ok' : 'FAIL', title: `${title} in ${name}`, count, startedMs, note });
    if (failed > 0) show(result.output);
    else for (const line of seedsIn(result.output)) console.log(`     ${line}`);
  }
}

/** What random tests print of themselves ("1000 runs, seed 7"): with it a run can be had again. */
function seedsIn(output) {
  return plain(output).match(/\d+ runs, seed \d+/g) ?? [];
}

function start([command, ...args], limitMs, env = {}) {
  const program = command === 'node' ? process.execPath : command;
  return run(program, args, { cwd: ROOT, env, timeoutMs: limitMs });
}

function add({ passed, failed }) {
  sums.passed += passed;
  sums.failed += failed;
}

function print({ mark, title, count, startedMs, note }) {
  const seconds = startedMs === undefined ? '' : `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  const line = `${mark.padEnd(5)}${title.padEnd(42)}${count.padEnd(32)}${seconds.padStart(8)}${note ? `  (${note})` : ''}`;
  console.log(`${colour[mark] ?? ''}${line}${colour.end ?? ''}`);
}

/** The whole output of what failed. */
function show(output) {
  console.log(process.stdout.isTTY ? output : plain(output));
}
